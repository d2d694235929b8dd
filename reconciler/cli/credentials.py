"""Credentials and secrets: from the environment or files named there, never from arguments or the fleet."""

import os
from pathlib import Path

from reconciler.errors import LoginError, ReconcilerError
from reconciler.live.account import Credentials
from reconciler.model.desired import Account
from reconciler.model.secret import Secret


def credentials_of(account: Account) -> Credentials | None:
    """PREFIX_USERNAME and PREFIX_PASSWORD, or the files that PREFIX_USERNAME_FILE and PREFIX_PASSWORD_FILE name.

    None when neither is set.

    Raises:
        LoginError: Only one of the two is set, or a file cannot be read.
    """
    prefix = account.credentials
    username, password = _value(f"{prefix}_USERNAME"), _value(f"{prefix}_PASSWORD")
    if username is None and password is None:
        return None
    if username is None or password is None:
        missing = f"{prefix}_USERNAME" if username is None else f"{prefix}_PASSWORD"
        raise LoginError(f"{missing} is not set", where=f"account {account.name}", remedy=_remedy(prefix))
    return Credentials(username=username, password=Secret(password))


def required_credentials(account: Account) -> Credentials:
    """The same, for a cloud that cannot do without.

    Raises:
        LoginError: They are not set.
    """
    found = credentials_of(account)
    if found is None:
        prefix = account.credentials
        raise LoginError("there are no credentials", where=f"account {account.name}", remedy=_remedy(prefix))
    return found


def _remedy(prefix: str) -> str:
    return f"set {prefix}_USERNAME and {prefix}_PASSWORD, or {prefix}_PASSWORD_FILE with the path of a file"


def _value(name: str) -> str | None:
    if name in os.environ:
        return os.environ[name]
    path = os.environ.get(f"{name}_FILE")
    if path is None:
        return None
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LoginError(
            "the file it names cannot be read", where=f"{name}_FILE", remedy="check the path and its permissions"
        ) from error


class SecretStore:
    """Resolves `env:NAME` and `file:NAME`; only `apply` asks."""

    def __call__(self, reference: str) -> Secret:
        """The secret itself.

        Raises:
            ReconcilerError: It is not there; names the variable or file, never a value.
        """
        kind, _, name = reference.partition(":")
        if kind == "env":
            return self._from_environment(name)
        return self._from_file(name)

    def _from_environment(self, name: str) -> Secret:
        value = os.environ.get(name, "") if name.startswith("FLEET_SECRET_") else ""
        if not value:
            raise ReconcilerError(
                f"the secret {name} is not set", where="environment", remedy=f"set {name} where `apply` runs"
            )
        return Secret(value)

    def _from_file(self, name: str) -> Secret:
        folder = os.environ.get("FLEET_SECRETS_DIR")
        if not folder:
            raise ReconcilerError(
                f"the secret file {name} has no folder",
                where="FLEET_SECRETS_DIR",
                remedy="set FLEET_SECRETS_DIR to the folder that holds it, outside the checkout",
            )
        unreadable = ReconcilerError(
            f"the secret file {name} cannot be read",
            where="FLEET_SECRETS_DIR",
            remedy="put the file there; links that lead out of the folder are not followed",
        )
        try:
            base = Path(folder).resolve()
            path = (base / name).resolve()
            if path.is_relative_to(base):
                return Secret(path.read_text(encoding="utf-8").rstrip("\r\n"))
        except (OSError, ValueError) as error:
            raise unreadable from error
        raise unreadable
