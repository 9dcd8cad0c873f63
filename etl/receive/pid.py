"""The reader of statements (*prospetto informativo*, XML PIDISABILI001600).

Elements that describe a person are dropped while the file is being read: their text never
becomes a Python object here. Memory stays constant whatever the size of a file.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from lxml import etree

from etl.problems import Problem, Severity, shorten
from etl.receive.archive import Member, Opener
from etl.receive.coherence import check_statement
from etl.receive.pid_rules import (
    TABLES,
    Block,
    Child,
    Row,
    Rules,
    Value,
    WrongValueError,
    columns,
    load_rules,
)

CHUNK = 64 * 1024
# one statement's element is a few hundred bytes: a file that goes on for so long without
# one known element is no statement, and reading on would only fill the memory
LONGEST_UNKNOWN = 8 * 1024 * 1024
LONGEST_PROLOGUE = 1024 * 1024
_TAIL = 64
# files up to this size are parsed whole, longer ones as a stream
SMALL = 256 * 1024
SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "recover": False,
    "collect_ids": False,
}
MOST_PROBLEMS = 200
# a company in every province with every category stays far below
MOST_ROWS = 50_000

_PROLOGUE = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)


@dataclass
class Statement:
    """What one file holds: the rows of the seven tables, and what is wrong with it."""

    file: str
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in TABLES})
    lines: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in TABLES})
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether the whole statement goes to quarantine."""
        return any(problem.severity is not Severity.NOTICE for problem in self.problems)


class RefusedError(Exception):
    """A whole file is refused: why, what to do, at which line."""

    def __init__(self, code: str, message: str, remedy: str, line: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy, self.line = code, message, remedy, line


class _Frame:
    """A block that is being read: `last` is its last child that was read already."""

    __slots__ = ("block", "element", "last", "position", "seen", "values")

    def __init__(self, block: Block, element: Any) -> None:
        self.block = block
        self.element = element
        self.last: Any = None
        self.position = -1
        self.seen = 0
        self.values: dict[str, Value] = {}


def check_prologue(head: bytes) -> bool:
    """Return whether what comes before the first element is known to be harmless.

    False where more bytes are needed. Raises RefusedError for a DOCTYPE, before any parser
    sees it: entities are declared there.
    """
    text = head
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "ignore").encode()
    elif b"\x00" in head[:4]:
        text = head.replace(b"\x00", b"")
    text = text.removeprefix(b"\xef\xbb\xbf")
    match = _PROLOGUE.match(text)
    rest = text[match.end() :] if match else text
    if rest[:9].upper() == b"<!DOCTYPE":
        raise RefusedError(
            "xml-dtd",
            "Il file dichiara un DTD (DOCTYPE): non viene aperto, perché può nascondere "
            "entità dannose.",
            "togliere la riga <!DOCTYPE …> e inviare di nuovo il file.",
        )
    incomplete = len(rest) < 9 or rest.startswith((b"<?", b"<!--"))
    if incomplete and len(head) > LONGEST_PROLOGUE:
        raise RefusedError(
            "xml-non-riconosciuto",
            "Il file comincia con più di un megabyte di commenti.",
            "inviare il prospetto come lo produce il sistema.",
        )
    return not incomplete


def read_statement(chunks: Iterable[bytes], file: str, source: str) -> Statement:
    """Return one statement read from its bytes.

    `file` and `source` name it in the problems. A file that is not a statement, is cut short or
    breaks the ministry's rules comes back with its problems and no rows.
    """
    reader = _Reader(file, source)
    try:
        reader.read(chunks)
    except RefusedError as refusal:
        reader.refuse(refusal)
    statement = reader.statement
    if not statement.refused:
        statement.problems += check_statement(statement.tables, statement.lines, file, source)
    if statement.refused:
        statement.tables = {name: [] for name in TABLES}
        statement.lines = {name: [] for name in TABLES}
    return statement


def iter_statements(members: Iterable[Member], source: str) -> Iterator[Statement]:
    """Yield the statement of each member of an archive, in the given order."""
    with Opener() as opener:
        for member in members:
            try:
                with opener.open(member) as stream:
                    yield read_statement(_chunks(stream), member.name, source)
            except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError):
                statement = Statement(member.name)
                statement.problems.append(
                    Problem(
                        source=source,
                        file=member.name,
                        code="file-illeggibile",
                        message="Il file non si può leggere: è danneggiato.",
                        remedy="inviare di nuovo il file.",
                        severity=Severity.FILE,
                    )
                )
                yield statement


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


class _Reader:
    def __init__(self, file: str, source: str) -> None:
        self.rules: Rules = load_rules()
        self.file, self.source = file, source
        self.statement = Statement(file)
        self.stack: list[_Frame] = []
        self.prospetto: dict[str, Value] = {}
        self.province: dict[str, Value] = {}
        self.pending: list[tuple[str, int, dict[str, Value]]] = []
        self.counters: dict[str, int] = {}
        self.tail = b""
        self.unread = 0
        self.rows = 0
        self.too_many = 0

    # -- reading ------------------------------------------------------------------------------

    def read(self, chunks: Iterable[bytes]) -> None:
        waiting = b""
        safe = False
        parser: Any = None
        try:
            for chunk in chunks:
                waiting += chunk
                self.tail = (self.tail + chunk)[-_TAIL:]
                safe = safe or check_prologue(waiting)
                if safe and (parser is not None or len(waiting) > SMALL):
                    parser = parser or etree.XMLPullParser(
                        events=("end",), tag=self.rules.watched, **SAFE
                    )
                    self.feed(parser, waiting)
                    waiting = b""
            if parser is not None:
                self.feed(parser, waiting)
                parser.close()
                self.take(parser)
            elif waiting:
                # a small file is read in one go: three times faster, same rules
                root = etree.fromstring(waiting, etree.XMLParser(**SAFE))
                self.walk(self.begin(root))
            else:
                raise RefusedError(
                    "file-vuoto", "Il file è vuoto.", "inviare di nuovo il file completo."
                )
        except etree.XMLSyntaxError as error:
            whole = self.tail.rstrip(b" \t\r\n\x00").replace(b"\x00", b"").endswith(b"prospetto>")
            raise RefusedError(*_syntax(error, whole), line=error.lineno or None) from None
        self.finish()

    def feed(self, parser: Any, data: bytes) -> None:
        parser.feed(data)
        self.unread += len(data)
        self.take(parser)
        if self.unread > LONGEST_UNKNOWN:
            raise RefusedError(
                "xml-non-riconosciuto",
                "Il file prosegue per molti megabyte senza un elemento del prospetto.",
                "inviare un prospetto informativo per file, come lo produce il sistema.",
            )

    def take(self, parser: Any) -> None:
        for _, element in parser.read_events():
            self.end(element)

    def frame(self, element: Any) -> _Frame | None:
        """Return the frame of an open element; None where it is no block of a statement."""
        stack = self.stack
        if stack and stack[-1].element is element:
            return stack[-1]
        parent = element.getparent()
        if parent is None:
            root = self.begin(element)
            stack.append(root)
            return root
        holder = self.frame(parent)
        if holder is None:
            return None
        child = holder.block.children.get(element.tag)
        if child is None or child.block is None:
            return None
        return self.push(child.block, element)

    def push(self, block: Block, element: Any) -> _Frame:
        frame = self.open(block, element)
        self.stack.append(frame)
        return frame

    def open(self, block: Block, element: Any) -> _Frame:
        frame = _Frame(block, element)
        if block.name == "quadro2":
            self.province = {}
            self.pending = []
        return frame

    def begin(self, root: Any) -> _Frame:
        if root.getroottree().docinfo.internalDTD is not None:
            raise RefusedError(
                "xml-dtd",
                "Il file dichiara un DTD (DOCTYPE).",
                "togliere la riga <!DOCTYPE …> e inviare di nuovo il file.",
            )
        if root.tag != "{" + self.rules.namespace + "}prospetto":
            raise RefusedError(
                "xml-non-riconosciuto",
                "Il file è un XML, ma non è un prospetto informativo "
                f"(versione {self.rules.version}).",
                "inviare un prospetto informativo per file, come lo produce il sistema.",
                line=root.sourceline,
            )
        version = root.get("versione")
        if version != self.rules.version:
            self.problem(
                "versione",
                "La versione del prospetto non è quella prevista.",
                f"produrre il prospetto nella versione {self.rules.version}.",
                line=root.sourceline,
                column="versione",
                found=version,
                expected=self.rules.version,
            )
        for attribute in self.rules.attributes:
            present = attribute.name in root.attrib
            if not present:
                if attribute.required:
                    self.missing(attribute, "prospetto", root.sourceline)
            elif attribute.kind is not None and attribute.column is not None:
                # only the attributes that are kept are read: «delegato» is a person
                text = root.get(attribute.name)
                try:
                    self.prospetto[attribute.column] = attribute.kind.convert(text)
                except WrongValueError:
                    self.wrong(attribute, text, root.sourceline)
        return self.open(self.rules.root, root)

    def end(self, element: Any) -> None:
        own: _Frame | None = None
        if self.stack and self.stack[-1].element is element:
            own = self.stack.pop()
            holder = self.stack[-1] if self.stack else None
        else:
            parent = element.getparent()
            holder = self.frame(parent) if parent is not None else None
            child = holder.block.children.get(element.tag) if holder is not None else None
            if parent is None:
                own = self.begin(element)
            elif holder is not None and child is not None:
                if child.block is not None:
                    own = self.push(child.block, element)
                    self.stack.pop()
                elif child.kind is not None:
                    # a plain value whose name is also that of a block elsewhere
                    self.drain(holder, element)
                    return
        if own is not None:
            self.drain(own, None)
            self.close(own)
        element.clear(keep_tail=True)
        if holder is not None:
            self.drain(holder, element)

    def drain(self, frame: _Frame, until: Any) -> None:
        """Read the frame's children that were not read yet, up to `until` or to the end."""
        self.unread = 0
        last = frame.last
        for element in frame.element if last is None else last.itersiblings():
            self.accept(frame, frame.block.children.get(element.tag), element)
            last = element
            if element is until:
                break
        frame.last = last
        if last is not None:
            # what was read is let go, all but the last child, which the parser still holds
            place = frame.element.index(last)
            if place:
                del frame.element[:place]

    def walk(self, frame: _Frame) -> None:
        """Read all of a block that is in memory."""
        children = frame.block.children
        for element in frame.element:
            child = children.get(element.tag)
            if child is not None and child.block is not None:
                self.walk(self.open(child.block, element))
            self.accept(frame, child, element)
        self.close(frame)

    def accept(self, frame: _Frame, child: Child | None, element: Any) -> None:
        """Check one child of a block, and keep its value where it has one."""
        if child is None:
            self.unknown(frame, element)
            return
        frame.seen |= child.bit
        if child.order > frame.position:
            frame.position = child.order
        elif child.order < frame.position or not child.repeated:
            self.misplaced(frame, child, element)
        kind = child.kind
        if kind is None:
            return
        text = element.text or ""
        try:
            value = kind.convert(text if not len(element) else "")
        except WrongValueError:
            self.wrong(child, text, element.sourceline)
        else:
            if child.column is not None:
                frame.values[child.column] = value

    def misplaced(self, frame: _Frame, child: Child, element: Any) -> None:
        if child.order < frame.position:
            self.problem(
                "ordine",
                f"L’elemento «{child.name}» è fuori posto in «{frame.block.name}».",
                "mettere gli elementi nell’ordine dello schema del Ministero.",
                line=element.sourceline,
                column=child.name,
            )
        else:
            self.problem(
                "ripetuto",
                f"L’elemento «{child.name}» compare più di una volta in «{frame.block.name}».",
                "lasciarne uno solo.",
                line=element.sourceline,
                column=child.name,
            )

    def wrong(self, child: Child, text: str | None, line: int | None) -> None:
        assert child.kind is not None
        self.problem(
            "valore",
            f"Il valore di «{child.name}» non è ammesso."
            if text
            else f"L’elemento «{child.name}» è vuoto.",
            "correggere il valore e inviare di nuovo il prospetto.",
            line=line,
            column=child.name,
            found=text if text and not child.restricted else None,
            expected=child.kind.expected,
        )

    # -- closing a block ----------------------------------------------------------------------

    def close(self, frame: _Frame) -> None:
        block = frame.block
        if frame.seen != block.required:
            self.report_missing(frame)
        if block.name == "datiprospetto":
            self.check_hires(frame)
        if block.table == "prospetti":
            self.prospetto |= frame.values
            if block is self.rules.root:
                self.add("prospetti", frame.element.sourceline, self.prospetto)
        elif block.table == "prospetti-province":
            self.province |= frame.values
            if block.is_row:
                self.close_province(frame.element.sourceline)
        elif block.table is not None:
            if block.group is not None:
                frame.values["gruppo_orario"] = block.group
            if block.table == "prospetti-riepilogo":
                self.add(block.table, frame.element.sourceline, frame.values)
            else:
                self.pending.append((block.table, frame.element.sourceline, frame.values))
                if "codice_provincia" in self.province:
                    self.flush()

    def flush(self) -> None:
        province = self.province.get("codice_provincia")
        for table, line, values in self.pending:
            if province is not None:
                values["codice_provincia"] = province
            position = self.counters.get(table, 0) + 1
            self.counters[table] = position
            values["progressivo"] = position
            self.add(table, line, values)
        self.pending = []

    def close_province(self, line: int) -> None:
        self.flush()
        self.add("prospetti-province", line, self.province)

    def check_hires(self, frame: _Frame) -> None:
        values = frame.values
        none_added = values.pop("nessunaassunzioneaggiuntiva", None)
        first = "data_prima_assunzione" in values
        second = "data_seconda_assunzione" in values
        if (first and none_added != "N") or (not first and (second or none_added == "N")):
            self.problem(
                "assunzioni-aggiuntive",
                "Le date delle assunzioni aggiuntive non concordano con "
                "«nessunaassunzioneaggiuntiva».",
                "indicare la data della prima assunzione con «N», oppure nessuna data con «S».",
                line=frame.element.sourceline,
                column="nessunaassunzioneaggiuntiva",
            )

    def add(self, table: str, line: int, values: dict[str, Value]) -> None:
        if table != "prospetti" and "codice_comunicazione" in self.prospetto:
            values["codice_comunicazione"] = self.prospetto["codice_comunicazione"]
        self.rows += 1
        if self.rows > MOST_ROWS:
            raise RefusedError(
                "troppe-righe",
                f"Il prospetto ha più di {MOST_ROWS} righe.",
                "controllare il programma che lo ha prodotto.",
                line=line,
            )
        self.statement.tables[table].append(tuple(map(values.get, columns(table))))
        self.statement.lines[table].append(line)

    def finish(self) -> None:
        if self.too_many:
            self.statement.problems.append(
                Problem(
                    source=self.source,
                    file=self.file,
                    code="altri-problemi",
                    message=f"Altri {self.too_many} problemi in questo file non sono elencati.",
                    remedy="correggere quelli elencati e controllare di nuovo il file.",
                    severity=Severity.NOTICE,
                )
            )

    # -- problems -----------------------------------------------------------------------------

    def missing(self, child: Child, where: str, line: int | None) -> None:
        self.problem(
            "mancante",
            f"In «{where}» manca «{child.name}».",
            "aggiungere l’elemento, come chiede lo schema del Ministero.",
            line=line,
            column=child.name,
            expected=child.kind.expected if child.kind else None,
        )

    def report_missing(self, frame: _Frame) -> None:
        for child in frame.block.children.values():
            if child.bit & ~frame.seen:
                self.missing(child, frame.block.name, frame.element.sourceline)

    def unknown(self, frame: _Frame, element: Any) -> None:
        name = etree.QName(element).localname if isinstance(element.tag, str) else "?"
        self.problem(
            "elemento-sconosciuto",
            f"L'elemento «{shorten(name, 40)}» non è previsto in «{frame.block.name}».",
            "toglierlo, o controllare come è scritto il suo nome.",
            line=element.sourceline,
            column=shorten(name, 40),
        )

    def problem(
        self,
        code: str,
        message: str,
        remedy: str,
        *,
        line: int | None = None,
        column: str | None = None,
        found: str | None = None,
        expected: str | None = None,
    ) -> None:
        if len(self.statement.problems) >= MOST_PROBLEMS:
            self.too_many += 1
            return
        self.statement.problems.append(
            Problem(
                source=self.source,
                file=self.file,
                code=code,
                message=message,
                remedy=remedy,
                row=line,
                column=column,
                found=found,
                expected=expected,
            )
        )

    def refuse(self, refusal: RefusedError) -> None:
        self.statement.problems.append(
            Problem(
                source=self.source,
                file=self.file,
                code=refusal.code,
                message=refusal.message,
                remedy=refusal.remedy,
                severity=Severity.FILE,
                row=refusal.line,
            )
        )


def _syntax(error: etree.XMLSyntaxError, whole: bool) -> tuple[str, str, str]:
    """Say a parser's error in Italian. The parser's own text may quote the file: it is not used.

    `whole` says that the file ends as a statement does.
    """
    kind: int = error.code  # type: ignore[attr-defined]
    errors = etree.ErrorTypes
    encoding = {
        errors.ERR_INVALID_CHAR,
        errors.ERR_INVALID_ENCODING,
        errors.ERR_UNKNOWN_ENCODING,
        errors.ERR_UNSUPPORTED_ENCODING,
        errors.I18N_CONV_FAILED,
    }
    if kind in encoding:
        return (
            "xml-codifica",
            "Il file contiene caratteri che non corrispondono alla codifica dichiarata.",
            "salvare il file in UTF-8 e inviarlo di nuovo.",
        )
    if kind in (errors.ERR_UNDECLARED_ENTITY, errors.ERR_ENTITY_LOOP):
        return (
            "xml-entita",
            "Il file usa un’entità che non è dichiarata.",
            "scrivere i caratteri per esteso (per esempio «è» e non «&egrave;»).",
        )
    if kind == errors.ERR_DOCUMENT_EMPTY:
        return (
            "xml-non-valido",
            "Il file non contiene un documento XML.",
            "inviare il prospetto nel formato XML del Ministero.",
        )
    if not whole:
        return (
            "xml-troncato",
            "Il file si interrompe prima della fine: è stato tagliato.",
            "inviare di nuovo il file completo.",
        )
    return (
        "xml-non-valido",
        "Il file non è un XML ben formato: qui un’etichetta non si chiude o un carattere non è "
        "ammesso.",
        "produrre di nuovo il file con il programma di origine.",
    )
