"""Each line with a comment is a mistake that mypy and pyright must both name."""

import expt


def wrong(client: expt.Client, user: expt.Context) -> None:
    size: str = client.value("page-size", user, 20)  # mistake
    client.enabled("flag")  # mistake
    client.enabled("flag", "u1")  # mistake
    client.value("flag", user)  # mistake
    client.value("flag", user, object())  # mistake
    client.variant("flag", user, 3)  # mistake
    client.enabled("flag", user, sticky=[])  # mistake
    client.many("flag", {})  # mistake
    expt.StickyAssignments([("exp_a", 1, "targeting_key", "u1", "on")])  # mistake
    client.track("purchase", user, price=3)  # mistake
    client.track("purchase", user, value="3")  # mistake
    expt.Client("http://127.0.0.1", "key")  # mistake
    expt.Snapshot.parse("text", root=expt.Root.parse(b""))  # mistake
    client.decision("flag", user).value = size  # mistake
    client.is_enabled("flag", user)  # mistake


class Derived(expt.Client):  # mistake
    pass
