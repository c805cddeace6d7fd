"""Prepare a release from a tag, and publish what was prepared.

Usage: python tools/release.py prepare|publish v1.2.3

`prepare` needs no network and no rights. It makes the release's commit: the tagged commit and, on top, the
functions' zip, which main leaves out. Same tag, same zip: same commit, whoever makes it. `publish` is told
nothing but the version: it looks at what it got, pushes that commit as the branch release/v1.2.3 and makes
GitHub's release of the tag. Either may be run again.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ZIP = Path("modules/central-hub/package/spot_failover.zip")
# What says which version it is, and how.
VERSIONS = {
    Path("lambda_src/spot_failover/__init__.py"): r'^__version__ = "(.+)"$',
    Path("modules/workload-spoke/record.tf"): r'^ +version += "(.+)"$',
}
CHANGELOG = Path("CHANGELOG.md")
OUTPUT = Path("build/release")
BUNDLE = OUTPUT / "branch.bundle"
NOTES = OUTPUT / "notes.md"


class UnfitError(Exception):
    """The release cannot be made or published; the message says why and what to do."""


def prepare(tag: str) -> None:
    """Write everything that `publish` needs into the output folder."""
    version = _version(tag)
    _at_a_clean_tag(tag)
    for file, pattern in VERSIONS.items():
        found = re.search(pattern, file.read_text(), re.MULTILINE)
        if not found or found[1] != version:
            has = found[1] if found else "no version"
            raise UnfitError(
                f"{file} has {has}, the tag says {version}. Set it, commit, and tag that commit."
            )
    changes = changes_of(version, CHANGELOG.read_text())
    if not ZIP.exists():
        raise UnfitError(f"{ZIP} is missing: run make package.")

    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    branch, commit = _branch(tag), _commit_with_zip(tag)
    _git("update-ref", f"refs/heads/{branch}", commit)
    # Without what the tag already has: whoever publishes has checked that out.
    _git("bundle", "create", "--quiet", str(BUNDLE), branch, "^HEAD")
    asset = OUTPUT / f"spot_failover-{version}.zip"
    shutil.copyfile(ZIP, asset)
    digest = hashlib.sha256(asset.read_bytes()).hexdigest()
    _digests(asset).write_text(f"{digest}  {asset.name}\n")
    NOTES.write_text(_notes(changes, branch, commit, digest))
    print(f"release: {branch} is {commit}, its zip {digest}; publish it with make publish VERSION={tag}")


def publish(tag: str) -> None:
    """Check what was prepared, push the branch and make the release."""
    version = _version(tag)
    _at_a_clean_tag(tag)
    branch, asset = _branch(tag), OUTPUT / f"spot_failover-{version}.zip"
    _git("fetch", "--quiet", str(BUNDLE), f"+refs/heads/{branch}:refs/heads/{branch}")
    _holds_the_zip_alone(branch, asset)
    # gh hands GH_TOKEN to git for this one command; nothing of it stays in a configuration.
    _git(
        "-c", "credential.helper=!gh auth git-credential", "push", "--quiet", "origin", f"refs/heads/{branch}"
    )
    if _ran("gh", "release", "view", tag):
        print(f"release: {branch} is pushed; GitHub has a release of {tag} already, which stays as it is")
        return
    options = ["--verify-tag", "--title", tag, "--notes-file", str(NOTES)]
    _run("gh", "release", "create", tag, *options, str(asset), str(_digests(asset)))
    print(f"release: {branch} is pushed, and {tag} is released")


def changes_of(version: str, changelog: str) -> str:
    """Return what the changelog says of a version, without its heading."""
    heading = rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d$"
    found = re.search(rf"{heading}\n(.*?)(?=^## |^\[[^\]]+\]: |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if not found:
        raise UnfitError(
            f'{CHANGELOG} has no section "## [{version}] - YYYY-MM-DD": move what is unreleased there.'
        )
    if not (changes := found[1].strip()):
        raise UnfitError(f"{CHANGELOG} says nothing of {version}: what is new for those who use it?")
    return changes


def _version(tag: str) -> str:
    if not re.fullmatch(r"v\d+\.\d+\.\d+", tag):
        raise UnfitError(f'"{tag}" is no tag of a release: that is a "v" and three numbers, such as v1.2.3.')
    return tag.removeprefix("v")


def _branch(tag: str) -> str:
    return f"release/{tag}"


def _digests(asset: Path) -> Path:
    return asset.with_name(f"{asset.name}.sha256")


def _at_a_clean_tag(tag: str) -> None:
    if not _ran("git", "rev-parse", "--verify", "--quiet", f"refs/tags/{tag}"):
        raise UnfitError(f"There is no tag {tag} here: make it, or fetch it.")
    if _git("rev-parse", f"refs/tags/{tag}^{{commit}}") != _git("rev-parse", "HEAD"):
        raise UnfitError(f"The tag {tag} is of another commit than the one checked out: check out {tag}.")
    if changed := _git("status", "--porcelain"):
        raise UnfitError(
            f"The checkout differs from {tag}; release from a clean one. git status says:\n{changed}"
        )


def _commit_with_zip(tag: str) -> str:
    """Commit the tagged tree with the zip in it, aside from the checkout and its index."""
    index = OUTPUT / "index"
    aside = {"GIT_INDEX_FILE": str(index.absolute())}
    _git("read-tree", "HEAD", **aside)
    blob = _git("hash-object", "-w", "--no-filters", str(ZIP))
    _git("update-index", "--add", "--cacheinfo", f"100644,{blob},{ZIP.as_posix()}", **aside)
    tree = _git("write-tree", **aside)
    index.unlink()
    # All that goes into a commit's name comes from the tagged one.
    name, email, date = _git("show", "--no-patch", "--format=%cn%n%ce%n%cI", "HEAD").splitlines()
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", name), ("EMAIL", email), ("DATE", date))
    }
    return _git(
        "commit-tree", tree, "-p", "HEAD", "-m", f"Release {tag}: the same with the functions' zip", **who
    )


def _holds_the_zip_alone(branch: str, asset: Path) -> None:
    if _git("rev-parse", f"{branch}^@") != _git("rev-parse", "HEAD"):
        raise UnfitError(f"{branch} does not stand on the tagged commit alone: prepare the release again.")
    changed = _git("diff", "--name-status", "--no-renames", "HEAD", branch)
    if changed != f"A\t{ZIP.as_posix()}":
        raise UnfitError(f"{branch} may add nothing but {ZIP} to the tag, but it has:\n{changed}")
    blob = _git("rev-parse", f"{branch}:{ZIP.as_posix()}")
    if blob != _git("hash-object", "--no-filters", str(asset)):
        raise UnfitError(f"The zip in {branch} is not {asset.name}: prepare the release again.")


def _notes(changes: str, branch: str, commit: str, digest: str) -> str:
    return f"""{changes}

### Use

The modules with the functions' zip are in the branch `{branch}`, at the commit

```
{commit}
```

Name that commit as `ref` of a module's source: a branch can be moved, a commit cannot. The zip's SHA-256 is

```
{digest}
```

and `gh attestation verify` shows which workflow built it, from which commit.
"""


def _git(*arguments: str, **environment: str) -> str:
    return _run("git", *arguments, **environment)


def _run(*command: str, **environment: str) -> str:
    done = subprocess.run(
        command,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UnfitError(f"{' '.join(command)} failed with {done.returncode}; what it said stands above.")
    return done.stdout.strip()


def _ran(*command: str) -> bool:
    quiet = subprocess.DEVNULL
    return not subprocess.run(command, stdout=quiet, stderr=quiet, stdin=quiet, check=False).returncode


def main() -> None:
    """Do one of the two for a tag, from the top of the checkout."""
    parser = argparse.ArgumentParser(description="Prepare or publish a release.")
    parser.add_argument("step", choices=("prepare", "publish"))
    parser.add_argument("tag", help="such as v1.2.3")
    given = parser.parse_args()
    try:
        (prepare if given.step == "prepare" else publish)(given.tag)
    except UnfitError as error:
        sys.exit(f"release: {error}")


if __name__ == "__main__":
    main()
