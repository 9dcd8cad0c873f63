"""schema.org `Dataset`, as JSON-LD that a page can carry (Google's Dataset Search reads it)."""

from __future__ import annotations

from typing import Any

from etl.config import Config
from etl.publish.dictionary import disclosure
from etl.publish.edition import LICENCE_URL, Edition
from etl.publish.formats import FORMS
from etl.publish.manifest import Entry

_DESCRIPTION_LIMIT = 5000  # characters that Dataset Search reads


def schema_org(config: Config, edition: Edition, files: list[Entry]) -> dict[str, Any]:
    """Return the data set as schema.org JSON-LD; `files` are its forms."""
    contract, portal = edition.contract, config.portale
    first, last = edition.period
    publisher = {
        "@type": "GovernmentOrganization",
        "name": portal.titolare.nome,
        "url": portal.titolare.sito,
        "identifier": portal.titolare.codice_ipa,
        "contactPoint": {
            "@type": "ContactPoint",
            "contactType": "dati aperti",
            "email": portal.titolare.email,
        },
    }
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{edition.page(config)}#insieme",
        "name": contract.titolo.it,
        "alternateName": contract.titolo.en,
        "description": edition.description[:_DESCRIPTION_LIMIT],
        "url": edition.page(config),
        "identifier": f"{portal.titolare.codice_ipa}:{edition.slug}",
        "version": edition.version,
        "datePublished": edition.issued.isoformat(),
        "dateModified": edition.day.isoformat(),
        "temporalCoverage": f"{first.isoformat()}/{last.isoformat()}",
        "spatialCoverage": {"@type": "Place", "name": portal.regione},
        "inLanguage": "it",
        "isAccessibleForFree": True,
        "license": LICENCE_URL,
        "keywords": contract.parole_chiave,
        "creator": publisher,
        "publisher": publisher,
        "usageInfo": f"{portal.url_base}/note-legali/",
        "conditionsOfAccess": disclosure(config, contract),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": f"{portal.nome}, dati aperti",
            "url": f"{portal.url_base}/dati/",
        },
        "variableMeasured": [
            {
                "@type": "PropertyValue",
                "name": field.name,
                "alternateName": field.definizione.titolo.it,
                "description": field.definizione.descrizione.it,
                **({"unitText": field.definizione.unita} if field.definizione.unita else {}),
            }
            for field in contract.campi
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": FORMS[entry.extension].title,
                "encodingFormat": FORMS[entry.extension].media_type,
                "contentUrl": f"{portal.url_base}/{entry.path}",
                "contentSize": f"{entry.bytes} B",
                "sha256": entry.sha256,
            }
            for entry in files
        ],
    }
