"""The secret: invented data may do without one, real data may not."""

from __future__ import annotations

import pytest

from etl.config import Config, load_config
from etl.pipeline import DEMO_SECRET, SECRET_VARIABLE, secret
from etl.problems import ReleaseRefusedError


def with_one_real_source() -> Config:
    config = load_config()
    first, *others = config.fonti
    real = first.model_copy(update={"sintetica": False})
    return config.model_copy(update={"fonti": [real, *others]})


@pytest.mark.parametrize("given", ["", "troppo corto", DEMO_SECRET.decode()])
def test_one_real_source_without_a_secret_of_its_own_stops_the_build(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, given)
    with pytest.raises(ReleaseRefusedError, match=SECRET_VARIABLE) as caught:
        secret(with_one_real_source())
    assert not given or given not in str(caught.value)


def test_a_secret_of_ones_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    own = "proprio segreto di prova, abbastanza lungo"
    monkeypatch.setenv(SECRET_VARIABLE, own)
    assert secret(with_one_real_source()) == secret(load_config()) == own.encode()


def test_invented_data_use_the_demonstration_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SECRET_VARIABLE, raising=False)
    assert secret(load_config()) == DEMO_SECRET
    assert "dimostrativo" in DEMO_SECRET.decode()
