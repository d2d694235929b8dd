"""10 requests a second, burst 15, served or rejected at once."""

from tests.sandbox.cloud import Cloud


def statuses(cloud: Cloud, count: int) -> list[int]:
    return [cloud.get("/api/installation", PageInfoOnly="true").status_code for _ in range(count)]


class TestRateLimit:
    def test_fifteen_at_once_pass_and_the_sixteenth_does_not(self, cloud: Cloud) -> None:
        """The bucket holds 15."""
        assert statuses(cloud, 16) == [200] * 15 + [429]

    def test_the_answer_says_one_second(self, cloud: Cloud) -> None:
        """Retry-After is always 1."""
        statuses(cloud, 15)

        assert cloud.get("/api/installation").headers["Retry-After"] == "1"

    def test_ten_a_second_come_back(self, cloud: Cloud) -> None:
        """After one second of world time ten more pass."""
        statuses(cloud, 15)
        cloud.world.advance(1)

        assert statuses(cloud, 11) == [200] * 10 + [429]

    def test_tenths_of_seconds_add_up(self, cloud: Cloud) -> None:
        """A client that sends exactly ten a second is never rejected."""
        statuses(cloud, 15)
        answers = []
        for _ in range(50):
            cloud.world.advance(0.1)
            answers += statuses(cloud, 1)

        assert set(answers) == {200}

    def test_rest_does_not_fill_the_bucket_above_its_size(self, cloud: Cloud) -> None:
        """An hour of silence still allows 15."""
        cloud.world.advance(3600)

        assert statuses(cloud, 16).count(200) == 15

    def test_accounts_have_their_own_buckets(self, cloud: Cloud) -> None:
        """The limit is per user."""
        cloud.world.data["users"].append({**cloud.world.data["users"][0], "id": "other", "email": "o@sandbox.example"})
        statuses(cloud, 16)
        cloud.token = cloud.log_in(username="o@sandbox.example").json["access_token"]

        assert statuses(cloud, 1) == [200]

    def test_a_flag_of_the_world_lifts_it(self, cloud: Cloud) -> None:
        """For tests that are about something else."""
        cloud.world.data["rate_limited"] = False

        assert set(statuses(cloud, 100)) == {200}

    def test_a_rejected_write_has_no_effect(self, cloud: Cloud) -> None:
        """429 means that nothing happened."""
        statuses(cloud, 15)
        answer = cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10})

        assert answer.status_code == 429
        assert cloud.charger("ZAP012345")["settling"] == []
