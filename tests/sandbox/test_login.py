"""Logging in, and what a token is worth."""

from tests.sandbox.cloud import Cloud


class TestLogin:
    def test_right_credentials_give_a_bearer_token_for_a_day(self, cloud: Cloud) -> None:
        """The sandbox's own login works."""
        answer = cloud.log_in()

        assert answer.status_code == 200
        assert answer.json["token_type"].lower() == "bearer"
        assert answer.json["expires_in"] == 86_399

    def test_capitals_in_the_address_do_not_matter(self, cloud: Cloud) -> None:
        """An e-mail address is the same whatever its capitals."""
        assert cloud.log_in(username="Owner@Sandbox.example").status_code == 200

    def test_a_wrong_password_is_400_and_not_401(self, cloud: Cloud) -> None:
        """The service answers wrong credentials with 400 and invalid_grant."""
        answer = cloud.log_in(password="guess")

        assert answer.status_code == 400
        assert answer.json["error"] == "invalid_grant"
        assert "not found" not in answer.json["error_description"]

    def test_an_unknown_user_is_told_apart_by_the_description(self, cloud: Cloud) -> None:
        """The words "not found" are how clients tell a mistyped address from a mistyped password."""
        answer = cloud.log_in(username="nobody@sandbox.example")

        assert answer.status_code == 400
        assert "not found" in answer.json["error_description"]

    def test_people_without_a_password_cannot_log_in(self, cloud: Cloud) -> None:
        """The fixture's residents have accounts, but no way in for a test."""
        assert cloud.log_in(username="kari.nordmann@people.example", password="").status_code == 400

    def test_another_grant_is_refused(self, cloud: Cloud) -> None:
        """Refresh tokens are not usable since November 2025."""
        answer = cloud.client.post("/oauth/token", data={"grant_type": "refresh_token"})

        assert (answer.status_code, answer.json["error"]) == (400, "unsupported_grant_type")

    def test_hammering_gets_the_page_of_the_proxy(self, cloud: Cloud) -> None:
        """A tight login loop is answered 503 with HTML and no Retry-After, until it rests."""
        statuses = [cloud.log_in().status_code for _ in range(40)]
        page = cloud.log_in()
        cloud.world.advance(11)

        assert statuses[0] == 200
        assert statuses[-1] == 503
        assert "nginx" in page.text
        assert "Retry-After" not in page.headers
        assert cloud.log_in().status_code == 200


class TestToken:
    def test_no_token_is_401_without_a_body(self, cloud: Cloud) -> None:
        """Data calls need the token."""
        answer = cloud.client.get("/api/installation")

        assert (answer.status_code, answer.data) == (401, b"")

    def test_a_forged_token_is_401(self, cloud: Cloud) -> None:
        """The signature is checked."""
        cloud.token = cloud.token[:-1] + ("0" if cloud.token[-1] != "0" else "1")

        assert cloud.get("/api/installation").status_code == 401

    def test_nonsense_is_401(self, cloud: Cloud) -> None:
        """A token that is none of ours."""
        cloud.token = "abc"

        assert cloud.get("/api/installation").status_code == 401

    def test_a_token_ends_after_24_hours(self, cloud: Cloud) -> None:
        """World time decides."""
        cloud.world.advance(86_399)
        before = cloud.get("/api/installation").status_code
        cloud.world.advance(1)

        assert (before, cloud.get("/api/installation").status_code) == (200, 401)

    def test_constants_are_public(self, cloud: Cloud) -> None:
        """The one data call without a token."""
        answer = cloud.client.get("/api/constants")

        assert answer.json["InstallationAuthenticationType"]["OcppNative"] == 3
        assert answer.json["ErrorCodes"]["UnauthorizedToPerformOcppNativeChanges"] == 542
