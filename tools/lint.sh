#!/usr/bin/env bash
# Run every linter, or those named as arguments; a step's output is shown only when it finds something.
set -uo pipefail

cd "$(dirname "$0")/.." || exit
readonly steps=(tf-fmt tf-validate tflint checkov ruff ruff-format mypy imports shellcheck actionlint zizmor)
readonly bin=.venv/bin
# As in the Makefile: this script is also run by itself, by hand and by pre-commit.
export TF_CLI_CONFIG_FILE=$PWD/build/terraform.rc CHECKPOINT_DISABLE=1
failed=()

files() { # patterns of git ls-files; new files count before they are added
  git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
    [[ ! -f $file ]] || printf '%s\n' "$file"
  done
}

workflows() { # this repository's, and those that examples show
  files '.github/workflows/*.yml' 'examples/*/workflows/*.yml'
}

terraform_folders() {
  files '*.tf' | xargs -n 1 dirname | sort -u
}

validate_in_a_copy() { # init writes lock files, and tests may be running in the originals
  local copy=build/lint/tree
  rm -rf "$copy" && mkdir -p "$copy" && files | tar -cf - -T - | tar -xf - -C "$copy" || return
  tools/stand-in-modules.sh "$copy" || return
  terraform_folders | (cd "$copy" && xargs -P 2 -n 1 "$OLDPWD/tools/terraform-validate.sh")
}

run_step() {
  case $1 in
    tf-fmt) files '*.tf' '*.tfvars' '*.tftest.hcl' '*.tfmock.hcl' | xargs terraform fmt -check -diff ;;
    tf-validate) validate_in_a_copy ;;
    tflint) terraform_folders | xargs -n 1 tools/tflint.sh ;;
    # Hidden folders (.venv, .terraform) are skipped by checkov itself.
    checkov) build/lint-venv/bin/checkov --config-file .checkov.yaml --directory . ;;
    ruff) "$bin/ruff" check --output-format concise ;;
    ruff-format) "$bin/ruff" format --check --output-format concise ;;
    mypy) "$bin/mypy" ;;
    imports) PYTHONPATH=lambda_src "$bin/lint-imports" ;;
    shellcheck) files '*.sh' .ci/run | xargs "$bin/shellcheck" ;;
    # It checks the shell in workflows with shellcheck; there is no Python in them for pyflakes.
    actionlint) workflows | xargs build/bin/actionlint -no-color -shellcheck "$PWD/$bin/shellcheck" -pyflakes '' ;;
    # The strictest of its personas. Offline: it would ask GitHub for more if it found a token.
    zizmor)
      { workflows && files .github/dependabot.yml; } |
        xargs build/lint-venv/bin/zizmor --config .github/zizmor.yml --offline --persona auditor \
          --strict-collection --no-progress --quiet
      ;;
    *) echo "there is no such step; there are: ${steps[*]}" && return 2 ;;
  esac
}

(($#)) || set -- "${steps[@]}"
for step; do
  start=$SECONDS
  if output=$(run_step "$step" 2>&1); then
    result=ok
  else
    result=FAILED
    failed+=("$step")
  fi
  printf '%-12s %-6s %3d s\n' "$step" "$result" $((SECONDS - start))
  [[ $result == ok ]] || printf '%s\n' "$output"
done

if ((${#failed[@]})); then
  echo "lint: findings above; tools/lint.sh ${failed[*]} runs just that again" >&2
  exit 1
fi
