"""A tag becomes a branch with the zip, and a release on GitHub; what is unfit is refused with what to do."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.release.conftest import REPOSITORY, TAG, ZIP_BYTES, Checkout
from tools import package, release

BRANCH = f"release/{TAG}"
DIGEST = hashlib.sha256(ZIP_BYTES).hexdigest()


def test_the_branch_is_the_tag_and_the_zip(checkout: Checkout) -> None:
    commit = checkout.prepared()
    assert checkout.git("rev-parse", f"{commit}^@") == checkout.git("rev-parse", f"{TAG}^{{commit}}")
    assert checkout.git("diff", "--name-status", TAG, commit) == f"A\t{release.ZIP}"
    shown = subprocess.run(
        ["git", "show", f"{commit}:{release.ZIP}"], cwd=checkout.folder, capture_output=True, check=True
    )
    assert shown.stdout == ZIP_BYTES


def test_preparing_leaves_the_checkout_as_it_is(checkout: Checkout) -> None:
    before = checkout.git("rev-parse", "HEAD"), checkout.git("branch", "--show-current")
    checkout.prepared()
    assert (checkout.git("rev-parse", "HEAD"), checkout.git("branch", "--show-current")) == before
    assert checkout.git("status", "--porcelain") == ""
    assert checkout.git("ls-files", str(release.ZIP)) == ""


def test_whoever_prepares_it_gets_the_same_commit(checkout: Checkout) -> None:
    first = checkout.prepared()
    checkout.git("config", "user.name", "Someone else")
    checkout.git("config", "user.email", "else@example.com")
    checkout.git("branch", "--delete", "--force", BRANCH)
    assert checkout.prepared() == first


def test_the_notes_are_the_changelogs_section_with_the_commit_and_the_zips_digest(checkout: Checkout) -> None:
    commit = checkout.prepared()
    notes = (checkout.folder / release.NOTES).read_text()
    assert notes.startswith("### Fixed\n\n- What users noticed.\n\n### Use\n")
    assert commit in notes
    assert DIGEST in notes
    assert "An old thing" not in notes
    assert "nobody has yet" not in notes


def test_the_digest_file_is_one_that_sha256sum_can_check(checkout: Checkout) -> None:
    checkout.prepared()
    folder = checkout.folder / release.OUTPUT
    subprocess.run(
        ["sha256sum", "--check", "--quiet", "spot_failover-1.2.3.zip.sha256"], cwd=folder, check=True
    )


def test_another_job_publishes_what_one_prepared(checkout: Checkout, tmp_path: Path) -> None:
    commit = checkout.prepared()
    publisher = checkout.handed_on(tmp_path / "publisher")
    done = publisher.make("publish")
    assert done.returncode == 0, done.stderr
    assert publisher.at_origin(f"refs/heads/{BRANCH}") == commit
    [looked, created] = publisher.calls_of_gh()
    assert looked == f"release view {TAG}"
    assert created == (
        f"release create {TAG} --verify-tag --title {TAG} --notes-file build/release/notes.md "
        "build/release/spot_failover-1.2.3.zip build/release/spot_failover-1.2.3.zip.sha256"
    )


def test_the_branch_that_was_pushed_has_what_the_hub_module_needs(checkout: Checkout, tmp_path: Path) -> None:
    checkout.prepared()
    checkout.handed_on(tmp_path / "publisher").make("publish")
    checkout.git(
        "clone", "--quiet", f"--branch={BRANCH}", f"file://{checkout.origin}", str(tmp_path / "user")
    )
    assert (tmp_path / "user" / release.ZIP).read_bytes() == ZIP_BYTES


def test_publishing_again_changes_nothing(checkout: Checkout, tmp_path: Path) -> None:
    commit = checkout.prepared()
    publisher = checkout.handed_on(tmp_path / "publisher")
    assert [publisher.make("publish").returncode for _ in range(2)] == [0, 0]
    assert publisher.at_origin(f"refs/heads/{BRANCH}") == commit
    assert [call.split()[1] for call in publisher.calls_of_gh()] == ["view", "create", "view"]


def test_publishing_goes_on_where_github_failed_in_between(checkout: Checkout, tmp_path: Path) -> None:
    checkout.prepared()
    publisher = checkout.handed_on(tmp_path / "publisher")
    publisher.environment["GH_REFUSES"] = "once"
    failed = publisher.make("publish")
    assert failed.returncode != 0
    assert "gh release create v1.2.3" in failed.stderr
    Path(publisher.environment["GH_CALLS"]).unlink()
    del publisher.environment["GH_REFUSES"]
    assert publisher.make("publish").returncode == 0


def test_a_branch_that_is_another_already_is_never_moved(checkout: Checkout, tmp_path: Path) -> None:
    (checkout.folder / release.ZIP).write_bytes(b"another zip")
    checkout.git("push", "--quiet", "origin", f"{checkout.prepared()}:refs/heads/{BRANCH}")
    published = checkout.at_origin(f"refs/heads/{BRANCH}")
    (checkout.folder / release.ZIP).write_bytes(ZIP_BYTES)
    checkout.prepared()
    publisher = checkout.handed_on(tmp_path / "publisher")
    assert publisher.make("publish").returncode != 0
    assert publisher.at_origin(f"refs/heads/{BRANCH}") == published
    assert publisher.calls_of_gh() == []


def moved_code(checkout: Checkout) -> None:
    """Prepare a branch that changes more than the zip."""
    checkout.git("checkout", "--quiet", BRANCH)
    (checkout.folder / "Makefile").write_text("all:\n")
    checkout.git("add", "Makefile")
    checkout.git("commit", "--quiet", "--amend", "--no-edit")


def second_commit(checkout: Checkout) -> None:
    """Prepare a branch of two commits."""
    checkout.git("checkout", "--quiet", BRANCH)
    checkout.git("commit", "--quiet", "--allow-empty", "--message", "One more")


def other_zip(checkout: Checkout) -> None:
    """Attest another zip than the branch has."""
    (checkout.folder / release.OUTPUT / "spot_failover-1.2.3.zip").write_bytes(b"another zip")


@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        (moved_code, "may add nothing but modules/central-hub/package/spot_failover.zip"),
        (second_commit, "does not stand on the tagged commit alone"),
        (other_zip, "is not spot_failover-1.2.3.zip"),
    ],
)
def test_what_was_tampered_with_on_its_way_is_not_published(
    checkout: Checkout, tmp_path: Path, meddle: Callable[[Checkout], None], said: str
) -> None:
    checkout.prepared()
    meddle(checkout)
    checkout.git("bundle", "create", "--quiet", str(release.BUNDLE), BRANCH, f"^{TAG}")
    publisher = checkout.handed_on(tmp_path / "publisher")
    done = publisher.make("publish")
    assert done.returncode != 0
    assert said in done.stderr
    assert publisher.at_origin(f"refs/heads/{BRANCH}") == ""
    assert publisher.calls_of_gh() == []


def retag(checkout: Checkout, file: Path, old: str, new: str) -> None:
    """Change what a file says, and let that be what is tagged."""
    text = (checkout.folder / file).read_text()
    (checkout.folder / file).write_text(text.replace(old, new))
    checkout.commit("Change")
    checkout.tag()


def without_section(checkout: Checkout) -> None:
    retag(checkout, release.CHANGELOG, "## [1.2.3] - 2030-01-02", "")


def without_date(checkout: Checkout) -> None:
    retag(checkout, release.CHANGELOG, " - 2030-01-02", "")


def with_empty_section(checkout: Checkout) -> None:
    retag(checkout, release.CHANGELOG, "### Fixed\n\n- What users noticed.\n\n", "")


def with_other_version(checkout: Checkout) -> None:
    retag(checkout, Path("modules/workload-spoke/record.tf"), "1.2.3", "1.2.2")


def without_zip(checkout: Checkout) -> None:
    (checkout.folder / release.ZIP).unlink()


def with_later_commit(checkout: Checkout) -> None:
    (checkout.folder / "later").touch()
    checkout.commit("Later")


def with_uncommitted_change(checkout: Checkout) -> None:
    (checkout.folder / ".gitignore").write_text("/modules/\n")


def without_tag(checkout: Checkout) -> None:
    checkout.git("tag", "--delete", TAG)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (without_section, 'CHANGELOG.md has no section "## [1.2.3] - YYYY-MM-DD"'),
        (without_date, 'CHANGELOG.md has no section "## [1.2.3] - YYYY-MM-DD"'),
        (with_empty_section, "CHANGELOG.md says nothing of 1.2.3"),
        (with_other_version, "modules/workload-spoke/record.tf has 1.2.2, the tag says 1.2.3"),
        (without_zip, "run make package"),
        (with_later_commit, "check out v1.2.3"),
        (with_uncommitted_change, "git status says:\nM .gitignore"),
        (without_tag, "There is no tag v1.2.3 here"),
    ],
)
def test_what_is_unfit_is_refused_with_what_to_do(
    checkout: Checkout, spoil: Callable[[Checkout], None], said: str
) -> None:
    spoil(checkout)
    done = checkout.make("release")
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (checkout.folder / release.OUTPUT).exists()


@pytest.mark.parametrize("tag", ["", "1.2.3", "v1.2", "v1.2.3-rc1", "v1.2.3; id", "release/v1.2.3"])
@pytest.mark.parametrize("target", ["release", "publish"])
def test_only_a_tag_of_three_numbers_is_a_release(checkout: Checkout, target: str, tag: str) -> None:
    done = checkout.make(target, tag)
    assert done.returncode != 0
    assert f'"{tag}" is no tag of a release' in done.stderr


def test_this_repository_has_one_version() -> None:
    found = {
        match[1]
        for file, pattern in release.VERSIONS.items()
        for match in re.finditer(pattern, (REPOSITORY / file).read_text(), re.MULTILINE)
    }
    assert len(found) == 1
    assert re.fullmatch(r"\d+\.\d+\.\d+", found.pop())


def test_this_repositorys_changelog_can_be_released_once_its_heading_is() -> None:
    released = (
        (REPOSITORY / release.CHANGELOG).read_text().replace("## [Unreleased]", "## [9.9.9] - 2030-01-02")
    )
    assert release.changes_of("9.9.9", released).startswith("### Added\n")


def test_the_zip_is_where_the_package_is_built_and_git_leaves_it_out() -> None:
    assert package.ZIP == REPOSITORY / release.ZIP
    git = shutil.which("git")
    assert git
    assert (
        subprocess.run([git, "check-ignore", "--quiet", release.ZIP], cwd=REPOSITORY, check=False).returncode
        == 0
    )
