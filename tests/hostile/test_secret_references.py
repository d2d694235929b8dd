"""A pull request may name a secret; it cannot name one that was not meant for the fleet."""

from pathlib import Path

import pytest

from reconciler.cli.credentials import SecretStore
from reconciler.errors import ReconcilerError
from tests.acceptance.conftest import Shop

KAIA = "installations/public/kaia-p-hus.yaml"
LOGIN = "CANARY-login"
REFERENCES = (
    "{env: ZAPTEC_PASSWORD}",
    "{env: ZAPTEC_USERNAME}",
    "{env: PATH}",
    "{env: fleet_secret_x}",
    "{env: FLEET_SECRETS_DIR}",
    '{env: "FLEET_SECRET_X=ZAPTEC_PASSWORD"}',
    '{env: "FLEET_SECRET_X\\nZAPTEC_PASSWORD"}',
    "{env: [ZAPTEC_PASSWORD]}",
    "{file: ../fleet/fleet.yaml}",
    "{file: /etc/passwd}",
    "{file: a/../../b}",
    "{file: ..}",
    "{file: .}",
    '{file: ""}',
    '{file: "a\\0b"}',
    "{vault: x}",
)


@pytest.mark.parametrize("reference", REFERENCES)
def test_another_variable_or_file_is_a_problem(shop: Shop, reference: str) -> None:
    """The login of the tool, for instance; the file is refused before anything is asked of the cloud."""
    shop.edit(KAIA, r"secretRef: \{[^}]*\}", f"secretRef: {reference}".replace("\\", "\\\\"))

    ended = shop.run("apply", "--yes", env={"ZAPTEC_USERNAME": LOGIN, "ZAPTEC_PASSWORD": LOGIN})

    assert ended.code == 3
    assert KAIA in ended.err
    assert LOGIN not in ended.out + ended.err


@pytest.mark.parametrize("name", ["ZAPTEC_PASSWORD", "PATH", "", "FLEET_SECRET_MISSING"])
def test_no_other_variable_is_ever_read(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Not even for a saved plan that was edited."""
    monkeypatch.setenv("ZAPTEC_PASSWORD", LOGIN)

    with pytest.raises(ReconcilerError) as caught:
        SecretStore()(f"env:{name}")

    assert LOGIN not in str(caught.value)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "out", "a\0b", ".", "..", "x" * 5000])
def test_no_file_outside_the_folder_of_secrets_is_ever_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Neither by its path nor by a link."""
    (tmp_path / "outside").write_text(LOGIN)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "out").symlink_to("../outside")
    monkeypatch.setenv("FLEET_SECRETS_DIR", str(tmp_path / "secrets"))

    with pytest.raises(ReconcilerError) as caught:
        SecretStore()(f"file:{name}")

    assert LOGIN not in str(caught.value)


def test_a_secret_in_the_folder_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other tests would pass if none ever were."""
    (tmp_path / "kaia").write_text("one\n")
    monkeypatch.setenv("FLEET_SECRETS_DIR", str(tmp_path))

    assert SecretStore()("file:kaia").reveal() == "one"


def test_a_plan_needs_no_secret(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only apply resolves them, so a job that plans need not hold them."""
    for name in ("FLEET_SECRET_KAIA_PASSWORD", "FLEET_SECRET_HAVNEN_PAYLOAD"):
        monkeypatch.delenv(name)

    ended = shop.run("plan")

    assert ended.code == 4
    assert "secret" not in ended.err
