"""A `gh` for tests: the few calls that we make, on state in a JSON file; anything else is an error, as in the real one.

The token says what its job may do, and is held to it. FAKE_GH names the folder of the state.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

LONGEST_BODY = 65_536
BOT = "github-actions[bot]"
FOLDER = Path(os.environ["FAKE_GH"])


def main(arguments):
    """One call."""
    match arguments:
        case ["--version"]:
            sys.stdout.write("gh version 2.83.0 (2026-01-01)\n")
            return
        case ["api", *rest]:
            state = load()
            sys.stdout.write(json.dumps(api(state, rest)))
            save(state)
        case ["run", "download", run, "--name", name, "--dir", folder] if run.isdecimal():
            permitted("actions", "read")
            kept = FOLDER / "artefacts" / run / name
            if not kept.is_dir():
                refuse("no artifact matches any of the names or patterns provided")
            shutil.copytree(kept, folder, dirs_exist_ok=True)
        case ["run", "download", run, "--pattern", pattern, "--dir", folder] if run.isdecimal():
            permitted("actions", "read")
            for kept in matching(FOLDER / "artefacts" / run, pattern):
                shutil.copytree(kept, Path(folder) / kept.name, dirs_exist_ok=True)
        case _:
            refuse(f"unknown command or flag: {' '.join(arguments)}")


def matching(folder, pattern):
    """What a run kept under such names; each goes to a folder of its own, also when there is only one."""
    found = sorted(folder.glob(pattern)) if folder.is_dir() else []
    if not found:
        refuse("no artifact matches any of the names or patterns provided")
    return found


def load():
    """The state as the last call left it."""
    return json.loads((FOLDER / "state.json").read_text())


def save(state):
    """For the next call."""
    (FOLDER / "state.json").write_text(json.dumps(state, indent=1))


def refuse(message, status=None):
    """Say no as gh does."""
    sys.exit(f"gh: {message} (HTTP {status})" if status else message)


def permitted(part, wanted, *others):
    """Whether the token of the job may do that; parts in `others` would do as well."""
    token = os.environ.get("GH_TOKEN", "")
    if not token:
        sys.stderr.write("gh: To use GitHub CLI in a GitHub Actions workflow, set the GH_TOKEN environment variable.")
        sys.exit(4)
    told = json.loads(token.removeprefix("token:"))
    if not any(told.get(one) in {wanted, "write"} for one in (part, *others)):
        refuse("Resource not accessible by integration", 403)


def parsed(arguments):
    """Method, path, query and body."""
    method, fields, paths, body = "GET", [], [], None
    words = iter(arguments)
    for word in words:
        match word:
            case "--method":
                method = next(words)
            case "--raw-field":
                fields.append(tuple(next(words).split("=", 1)))
            case "--input":
                assert next(words) == "-", "only standard input"
                body = json.loads(sys.stdin.read())
            case "--paginate":
                pass
            case _ if word.startswith("-"):
                refuse(f"unknown flag: {word}")
            case _:
                paths.append(word)
    if len(paths) != 1 or (fields and method != "GET"):
        refuse("accepts 1 arg(s)")
    url = urlsplit(paths[0].replace("{owner}/{repo}", os.environ["GH_REPO"]))
    return method, url.path, dict([*parse_qsl(url.query), *fields]), body


def api(state, arguments):
    """The answer of GitHub."""
    method, path, query, body = parsed(arguments)
    state["calls"].append([method, path])
    place = path.removeprefix(f"repos/{os.environ['GH_REPO']}/")
    for wanted, pattern, answer in ROUTES:
        found = re.fullmatch(pattern, place)
        if wanted == method and found:
            return answer(state, query, body, *found.groups())
    return refuse("Not Found", 404)


def checked(body, *allowed):
    """A body that GitHub takes."""
    if set(body) - set(allowed):
        refuse(f"unknown members {sorted(set(body) - set(allowed))}", 422)
    if len(body.get("body", "")) > LONGEST_BODY:
        refuse("body is too long (maximum is 65536 characters)", 422)
    return body


def list_comments(state, query, body, number):
    """Comments of an issue or a pull request."""
    permitted("pull-requests", "read", "issues")
    return [one for one in state["comments"] if one["issue"] == int(number)]


def add_comment(state, query, body, number):
    """A new comment."""
    permitted("pull-requests", "write", "issues")
    made = {
        "id": 1000 + len(state["comments"]),
        "issue": int(number),
        "user": {"login": BOT},
        "body": checked(body, "body")["body"],
    }
    state["comments"].append(made)
    return made


def edit_comment(state, query, body, comment):
    """A comment with another text."""
    permitted("pull-requests", "write", "issues")
    found = next(one for one in state["comments"] if one["id"] == int(comment))
    found["body"] = checked(body, "body")["body"]
    found["edited"] = found.get("edited", 0) + 1
    return found


def list_issues(state, query, body):
    """Issues with a label; pull requests are issues too."""
    permitted("issues", "read")
    assert query["state"] == "all"
    return [one for one in state["issues"] if query["labels"] in one["labels"]]


def open_issue(state, query, body):
    """A new issue."""
    permitted("issues", "write")
    number = 500 + len(state["issues"])
    made = {"number": number, "user": {"login": BOT}, "state": "open", **checked(body, "title", "body", "labels")}
    state["issues"].append(made)
    return made


def edit_issue(state, query, body, number):
    """An issue that says something else."""
    permitted("issues", "write")
    found = next(one for one in state["issues"] if one["number"] == int(number))
    found.update(checked(body, "title", "body", "state"))
    return found


def pulls_of(state, query, body, commit):
    """Pull requests that brought a commit."""
    permitted("pull-requests", "read")
    return [one for one in state["pulls"] if commit in one["commits"]]


def runs_of(state, query, body, workflow):
    """Runs of a workflow, newest first."""
    permitted("actions", "read")
    found = [one for one in state["runs"] if one["workflow"] == workflow]
    found = [one for one in found if query.get("head_sha", one["head_sha"]) == one["head_sha"]]
    found = [one for one in found if query.get("branch", one["head_branch"]) == one["head_branch"]]
    return {"total_count": len(found), "workflow_runs": found[::-1]}


def artefacts_of(state, query, body, run):
    """What a run kept."""
    permitted("actions", "read")
    folder = FOLDER / "artefacts" / run
    names = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    kept = [
        {"name": name, "expired": False, "size_in_bytes": 1, "created_at": made_at(folder / name)}
        for name in names
        if query.get("name", name) == name
    ]
    return {"total_count": len(kept), "artifacts": kept}


def made_at(folder):
    """When an artefact was kept, in whole seconds as GitHub tells it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(folder.stat().st_mtime))


def end_of(state, query, body, branch):
    """A branch."""
    permitted("contents", "read")
    return {
        "ref": f"refs/heads/{branch}",
        "object": {"type": "commit", "sha": git("rev-parse", f"refs/heads/{branch}")},
    }


def compared(state, query, body, first, last):
    """How one commit stands to another."""
    permitted("contents", "read")
    ahead, behind = (int(git("rev-list", "--count", way)) for way in (f"{first}..{last}", f"{last}..{first}"))
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind", (True, True): "diverged"}
    return {"status": status[bool(ahead), bool(behind)], "ahead_by": ahead, "behind_by": behind, "commits": []}


def git(*arguments):
    """What the repository itself says."""
    command = ["git", "-C", os.environ["FAKE_ORIGIN"], *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        refuse("Not Found", 404)
    return done.stdout.strip()


ROUTES = (
    ("GET", r"issues/(\d+)/comments", list_comments),
    ("POST", r"issues/(\d+)/comments", add_comment),
    ("PATCH", r"issues/comments/(\d+)", edit_comment),
    ("GET", r"issues", list_issues),
    ("POST", r"issues", open_issue),
    ("PATCH", r"issues/(\d+)", edit_issue),
    ("GET", r"commits/([0-9a-f]{40})/pulls", pulls_of),
    ("GET", r"actions/workflows/([a-z]+\.yml)/runs", runs_of),
    ("GET", r"actions/runs/(\d+)/artifacts", artefacts_of),
    ("GET", r"git/ref/heads/(.+)", end_of),
    ("GET", r"compare/([0-9a-f]{40})\.\.\.([0-9a-f]{40})", compared),
)

if __name__ == "__main__":
    main(sys.argv[1:])
