"""A person's word is written where reviewers see it, in a form that reads back exactly."""

import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from reconciler.errors import ReconcilerError, UsageProblemError
from reconciler.model.desired import Attestation
from reconciler.store.attestations import LONGEST_BY, LONGEST_EVIDENCE, new_attestation, quoted, write_attestation

SCHEMAS = Path(__file__).parents[2] / "schemas"
DIGEST = "sha256:" + "ab" * 32
INSTALLATION = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"


def attestation(*, by: str = "KL", evidence: str = "seen in the Portal") -> Attestation:
    return new_attestation(INSTALLATION, DIGEST, by=by, evidence=evidence, today=date(2026, 11, 21))


def validator() -> Draft202012Validator:
    """Checks against the shipped schema and what it refers to."""
    schemas = [json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.schema.json"))]
    names = [path.name for path in sorted(SCHEMAS.glob("*.schema.json"))]
    registry = Registry().with_contents(zip(names, schemas, strict=True))
    return Draft202012Validator({"$ref": "attestation.schema.json"}, registry=registry)


class TestWriteAttestation:
    def test_it_holds_for_180_days(self) -> None:
        """Who has access is looked at twice a year at least."""
        assert attestation().valid_until == date(2027, 5, 20)

    def test_the_file_says_who_what_and_until_when(self, tmp_path: Path) -> None:
        """One file per installation, named by its id."""
        path = write_attestation(tmp_path, attestation())

        assert path == tmp_path / "attestations" / f"{INSTALLATION}.yaml"
        assert path.read_text() == (
            "# yaml-language-server: $schema=../../schemas/attestation.schema.json\n"
            "# Written by `reconciler attest`. Void as soon as the permissions in the file change.\n"
            "version: 1\n"
            f"installation: {INSTALLATION}\n"
            f'digest: "{DIGEST}"\n'
            "attestedOn: 2026-11-21\n"
            "validUntil: 2027-05-20\n"
            'by: "KL"\n'
            'evidence: "seen in the Portal"\n'
        )

    def test_the_file_fits_its_schema(self, tmp_path: Path) -> None:
        """What we write is what the loader and an editor accept."""
        path = write_attestation(tmp_path, attestation(by="K" * LONGEST_BY, evidence="e" * LONGEST_EVIDENCE))

        written = yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # noqa: S506  reads everything as text
        validator().validate({**written, "version": int(written["version"])})

    @pytest.mark.parametrize("wrong", [{"by": ""}, {"by": "K" * 501}, {"evidence": "e" * 2001}])
    def test_a_text_that_no_schema_allows_is_refused(self, tmp_path: Path, wrong: dict[str, str]) -> None:
        """The next `validate` cannot fail over a file that we wrote."""
        with pytest.raises(UsageProblemError, match="characters"):
            write_attestation(tmp_path, attestation(**wrong))

    @pytest.mark.parametrize("text", ["two\nlines", "a\x1b[31m", "right\u202eleft", "\udcff", "a\u00a0b"])
    def test_what_the_loader_refuses_is_not_written(self, tmp_path: Path, text: str) -> None:
        """One line of evidence must not make every later command fail."""
        with pytest.raises(UsageProblemError, match="cannot be seen"):
            write_attestation(tmp_path, attestation(evidence=text))

        assert list(tmp_path.iterdir()) == []

    def test_a_new_word_replaces_the_old(self, tmp_path: Path) -> None:
        """Only the latest attestation counts; git keeps the others."""
        write_attestation(tmp_path, attestation(by="KL"))
        path = write_attestation(tmp_path, attestation(by="MN"))

        assert 'by: "MN"' in path.read_text()
        assert len(list(path.parent.iterdir())) == 1

    @pytest.mark.parametrize(
        "address", ["kari@home.example", "kari＠home.example", "kari @ home . example", "kari&#64;home.example"]
    )
    @pytest.mark.parametrize("field", ["by", "evidence"])
    def test_an_address_does_not_get_into_git(self, tmp_path: Path, field: str, address: str) -> None:
        """The message does not repeat it either."""
        with pytest.raises(UsageProblemError) as caught:
            write_attestation(tmp_path, attestation(**{field: f"mail from {address}"}))

        assert caught.value.where == f"--{field}"
        assert "kari" not in str(caught.value)
        assert list(tmp_path.iterdir()) == []

    def test_a_linked_folder_is_refused(self, tmp_path: Path) -> None:
        """A link in the repository cannot make us write elsewhere."""
        fleet, elsewhere = tmp_path / "fleet", tmp_path / "elsewhere"
        fleet.mkdir()
        elsewhere.mkdir()
        (fleet / "attestations").symlink_to(elsewhere)

        with pytest.raises(ReconcilerError, match="leads out of the folder"):
            write_attestation(fleet, attestation())


class TestQuoted:
    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("plain", '"plain"'),
            ('say "no"', '"say \\"no\\""'),
            ("two\nlines", '"two\\nlines"'),
            ("right\u202eleft", '"right\\u202eleft"'),
            ("\udcff", '"\N{REPLACEMENT CHARACTER}"'),
        ],
    )
    def test_what_cannot_be_seen_is_escaped(self, text: str, written: str) -> None:
        """A reviewer sees everything that is in the file."""
        assert quoted(text) == written

    @given(st.text())
    def test_every_text_reads_back(self, text: str) -> None:
        """Whatever was typed, a YAML reader gets the same text on one line."""
        written = quoted(text)

        assert yaml.safe_load(f"evidence: {written}") == {"evidence": text}
        assert len(f"x{written}x".splitlines()) == 1
