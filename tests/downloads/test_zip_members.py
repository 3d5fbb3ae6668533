"""ZIP archives: as servers send them, and as an attacker would build them."""

import io
import struct
import warnings
import zipfile
import zlib

import pytest

from mirakl_async.downloads.zip_members import Archive, ArchiveLimits
from mirakl_async.errors import ClientStateError, UnreadableFile, UnsafeArchive

LIMITS = ArchiveLimits()


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    """An archive of (name or ZipInfo, content)."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w", method) as archive:
        warnings.simplefilter("ignore")  # two members of one name
        for name, content in members:
            archive.writestr(name, content)
    return file


def info(name, **values):
    made = zipfile.ZipInfo("harmless")
    made.filename = name
    for field, value in values.items():
        setattr(made, field, value)
    return made


def test_members_are_listed_in_order_without_folders():
    archive = Archive(zipped(("o1/", b""), ("o3\\", b""), ("o1/invoice.pdf", b"%PDF-"), ("o2/été.csv", b"a;b")), LIMITS)
    assert [(member.name, member.size) for member in archive.members] == [("o1/invoice.pdf", 5), ("o2/été.csv", 3)]
    assert repr(archive.members[0]) == "<ArchiveMember 'o1/invoice.pdf', 5 bytes>"


async def test_members_are_read_and_saved_in_their_folders(tmp_path):
    content = bytes(range(256)) * 4096
    archive = Archive(zipped(("o1/invoice.pdf", content), ("ab:c?.csv", b"a;b")), LIMITS)
    first, second = archive.members
    assert await first.read() == content
    saved = await first.save(tmp_path)
    assert (saved.path, saved.size, saved.complete) == (tmp_path / "o1" / "invoice.pdf", len(content), True)
    assert saved.path.read_bytes() == content
    assert (await second.save(tmp_path)).path == tmp_path / "ab_c_.csv"


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("../../x", "leaves the target folder"),
        ("a/../../x", "leaves the target folder"),
        ("..\\..\\x", "leaves the target folder"),
        ("/etc/passwd", "is an absolute or an empty path"),
        ("\\\\server\\share", "is an absolute or an empty path"),
        ("C:\\Windows\\x", "is an absolute or an empty path"),
        ("./.", "is an absolute or an empty path"),
        (info(""), "is an absolute or an empty path"),
        (info("link", external_attr=0o120777 << 16), "is a link"),
        (info("bz2", compress_type=zipfile.ZIP_BZIP2), "has compression method 12"),
        (info("lzma", compress_type=zipfile.ZIP_LZMA), "has compression method 14"),
    ],
)
def test_one_unsafe_member_rejects_the_whole_archive(member, words):
    with pytest.raises(UnsafeArchive, match=words):
        Archive(zipped(("good.pdf", b"%PDF-"), (member, b"harm")), LIMITS)


def test_an_encrypted_member_is_rejected():
    data = bytearray(zipped(("secret", b"x")).getvalue())
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnsafeArchive, match="is encrypted"):
        Archive(io.BytesIO(data), LIMITS)


def test_a_member_name_with_a_null_byte_is_rejected():
    data = zipped(("invoice.pdf/../x", b"x")).getvalue().replace(b"invoice.pdf/../x", b"invoice.pdf\0../x")
    with pytest.raises(UnsafeArchive, match="is an absolute or an empty path"):
        Archive(io.BytesIO(data), LIMITS)


def test_a_bomb_is_rejected_before_it_is_unpacked():
    with pytest.raises(UnsafeArchive, match=r"'bomb' unpacks from \d+ to 30000000 bytes"):
        Archive(zipped(("bomb", b"\0" * 30_000_000)), LIMITS)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (ArchiveLimits(max_members=2), "has 3 members; at most 2 are allowed"),
        (ArchiveLimits(max_unpacked_bytes=2999), "unpacks to 3000 bytes; at most 2999 are allowed"),
    ],
)
def test_archives_within_the_limits_are_accepted(limits, words):
    archive = zipped(*[(f"{n}.csv", b"x" * 1000) for n in range(3)])
    with pytest.raises(UnsafeArchive, match=words):
        Archive(archive, limits)
    assert len(Archive(archive, ArchiveLimits(max_members=3, max_unpacked_bytes=3000)).members) == 3


def test_a_directory_of_a_million_members_is_not_read(monkeypatch):
    archive = zipped(*[("x" * 50, b"") for _ in range(2000)], method=zipfile.ZIP_STORED)
    monkeypatch.setattr(zipfile, "ZipFile", lambda file: pytest.fail("the directory was read"))
    with pytest.raises(
        UnsafeArchive, match=r"the directory of the archive is too large: \d{6} bytes for at most 100 members"
    ):
        Archive(archive, ArchiveLimits(max_members=100))


def test_the_directory_size_of_zip64_is_checked():
    data = zipped(("a", b"x")).getvalue()
    end = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 10**9, 0)
    with pytest.raises(UnsafeArchive, match="the directory of the archive is too large: 1000000000 bytes"):
        Archive(io.BytesIO(data[:-22] + end + data[-22:]), LIMITS)


async def test_not_more_is_unpacked_than_the_declared_size():
    data = bytearray(zipped(("lies", b"x" * 500_000)).getvalue())
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<L", 1000)
    (member,) = Archive(io.BytesIO(data), LIMITS).members
    seen = 0
    with pytest.raises(UnreadableFile, match="lies is corrupt"):
        async for chunk in member.chunks():
            seen += len(chunk)
    assert seen <= 1000


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-10], lambda data: data[: len(data) // 2], lambda _: b"", lambda _: b"%PDF-"]
)
def test_a_file_that_is_not_an_archive_is_an_error(damage):
    with pytest.raises(UnreadableFile, match="not a readable ZIP archive"):
        Archive(io.BytesIO(damage(zipped(("a", b"x" * 1000)).getvalue())), LIMITS)


async def test_a_damaged_member_is_reported_and_not_saved(tmp_path):
    data = bytearray(zipped(("a.csv", bytes(range(200)) * 100)).getvalue())
    data[60] ^= 0xFF
    (member,) = Archive(io.BytesIO(data), LIMITS).members
    with pytest.raises(UnreadableFile, match="a.csv is corrupt"):
        await member.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (["a.pdf", "a.pdf", "a.pdf"], ["a.pdf", "a (2).pdf", "a (3).pdf"]),
        (["a?.csv", "A_.csv"], ["a_.csv", "A_ (2).csv"]),
        (["o1/Rechnung.pdf", "o1/RECHNUNG.PDF"], ["o1/Rechnung.pdf", "o1/RECHNUNG (2).PDF"]),
        (["\u00e9.pdf", "e\u0301.pdf"], ["\u00e9.pdf", "e\u0301 (2).pdf"]),
        (["stra\u00dfe", "STRASSE"], ["stra\u00dfe", "STRASSE (2)"]),
        (["a", "a/b"], ["a (2)", "a/b"]),
        (["a/b", "A"], ["a/b", "A (2)"]),
        (["a/b/c", "a/b", "a"], ["a/b/c", "a/b (2)", "a (2)"]),
        (["a", "a", "a (2)"], ["a", "a (2)", "a (2) (2)"]),
        (["a.", "a", "a "], ["a", "a (2)", "a (3)"]),
        (["x\\y.csv", "x/y.csv"], ["x/y.csv", "x/y (2).csv"]),
        (["NUL.txt", "_nul.txt"], ["_NUL.txt", "_nul (2).txt"]),
        (["./a//b", "a/b"], ["a/b", "a/b (2)"]),
    ],
)
async def test_members_with_the_same_name_are_all_saved(tmp_path, names, places):
    archive = Archive(zipped(*[(name, str(n).encode()) for n, name in enumerate(names)]), LIMITS)
    for _ in range(2):  # saved again, they lie where they did
        saved = [await member.save(tmp_path) for member in archive.members]
        assert [file.path.relative_to(tmp_path).as_posix() for file in saved] == places
        assert [file.path.read_text() for file in saved] == [str(n) for n in range(len(names))]


def test_thousands_of_members_with_one_name_are_saved_quickly():
    archive = Archive(zipped(*[("a.csv", b"")] * 5000, method=zipfile.ZIP_STORED), LIMITS)
    assert len({member._path_parts for member in archive.members}) == 5000


async def test_unpacked_files_are_readable_by_their_owner_only(tmp_path):
    (member,) = Archive(zipped((info("a.csv", external_attr=0o100777 << 16), b"1")), LIMITS).members
    assert (await member.save(tmp_path)).path.stat().st_mode & 0o777 == 0o600


def with_unicode_path(name):
    """A member whose entry in the directory says `good`, and whose extra field 0x7075 says something else."""
    made = zipfile.ZipInfo("good")
    content = struct.pack("<BL", 1, zlib.crc32(b"good")) + name.encode()
    made.extra = struct.pack("<HH", 0x7075, len(content)) + content
    return made


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "C:\\x", "a/../../x"])
def test_the_name_that_is_checked_is_the_name_that_is_used(name, monkeypatch):
    harm = zipped((with_unicode_path(name), b"1"))
    with zipfile.ZipFile(harm) as read_here:  # some versions of Python read that field
        names = read_here.namelist()
    if names != ["good"]:
        with pytest.raises(UnsafeArchive, match="was not unpacked"):
            Archive(harm, LIMITS)
    else:
        assert [member.name for member in Archive(harm, LIMITS).members] == ["good"]
    read = zipfile.ZipFile.infolist

    def renamed(archive):
        for one in read(archive):
            one.filename = name
        return read(archive)

    monkeypatch.setattr(zipfile.ZipFile, "infolist", renamed)
    with pytest.raises(UnsafeArchive, match="was not unpacked"):
        Archive(zipped(("good", b"1")), LIMITS)


def test_a_path_that_is_too_long_is_rejected_before_anything_is_saved():
    with pytest.raises(UnsafeArchive, match="has a path of more than 1000 bytes"):
        Archive(zipped(("a.csv", b"1"), ("x/" * 600 + "y", b"2")), LIMITS)


def test_names_with_line_breaks_are_shown_on_one_line():
    with pytest.raises(UnsafeArchive) as refused:
        Archive(zipped(("../\n\x1b[2J\u202e" + "x" * 900, b"1")), LIMITS)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        (b"PK\x03\x04", 0),  # no header where it should be
        (b"PK\x03\x04", 30),  # another name
        (b"PK\x01\x02", 8),  # flags of which zipfile knows nothing
    ],
)
async def test_a_member_that_contradicts_the_directory_is_damaged(entry, field):
    data = bytearray(zipped(("été.csv", b"a;b\n1;2\n")).getvalue())
    data[data.rfind(entry) + field] ^= 0xE0
    (member,) = Archive(io.BytesIO(data), LIMITS).members
    with pytest.raises(UnreadableFile, match="is corrupt"):
        await member.read()


def test_a_member_before_the_start_of_the_archive_is_rejected():
    data = bytearray(zipped(("a.csv", b"a;b\n")).getvalue())
    end = data.rfind(b"PK\x05\x06")
    data[end + 16 : end + 20] = struct.pack("<L", 1000)
    with pytest.raises(UnsafeArchive, match="has an offset outside the archive"):
        Archive(io.BytesIO(data), LIMITS)


async def test_reading_a_member_after_the_archive_was_closed_is_an_error():
    file = zipped(("a.csv", b"a;b\n"))
    (member,) = Archive(file, LIMITS).members
    file.close()
    with pytest.raises(ClientStateError, match="the download is closed; read the members"):
        await member.read()
