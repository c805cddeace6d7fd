#!/usr/bin/env bash
# Run every linter, or those named as arguments; a step's output is shown only when it finds something.
set -uo pipefail

cd "$(dirname "$0")/.."
readonly steps=(tf-fmt tf-validate tflint checkov ruff ruff-format mypy imports shellcheck)
readonly bin=.venv/bin
failed=()

files() { # patterns of git ls-files; new files count before they are added
  git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
    [[ -f $file ]] && printf '%s\n' "$file"
  done
}

terraform_dirs() {
  files '*.tf' | xargs -n 1 dirname | sort -u
}

validate_one() { # a directory
  local data=$PWD/build/lint/${1//\//-}
  TF_DATA_DIR=$data terraform -chdir="$1" init -backend=false -input=false -upgrade -no-color >"$data.log" 2>&1 || {
    cat "$data.log"
    return 1
  }
  TF_DATA_DIR=$data terraform -chdir="$1" validate -no-color | sed "s|^Success!|$1: &|"
  return "${PIPESTATUS[0]}"
}
export -f validate_one

run_step() {
  case $1 in
    tf-fmt) files '*.tf' '*.tfvars' '*.tftest.hcl' '*.tfmock.hcl' | xargs terraform fmt -check -diff ;;
    tf-validate)
      mkdir -p build/lint
      terraform_dirs | xargs -P 2 -I '{}' bash -c 'validate_one "$1"' _ '{}'
      ;;
    tflint) terraform_dirs | xargs -I '{}' build/bin/tflint --config="$PWD/.tflint.hcl" --chdir='{}' --no-color ;;
    checkov)
      # Hidden folders (.venv, .terraform) are skipped by checkov itself; modules are ours, none is downloaded.
      build/lint-venv/bin/checkov --config-file .checkov.yaml --directory . --skip-path build --framework terraform \
        --skip-download --quiet --compact
      ;;
    ruff) "$bin/ruff" check ;;
    ruff-format) "$bin/ruff" format --check --output-format concise ;;
    mypy) "$bin/mypy" ;;
    imports) PYTHONPATH=lambda_src "$bin/lint-imports" ;;
    shellcheck) files '*.sh' .ci/run | xargs "$bin/shellcheck" ;;
    *) echo "unknown step; there are: ${steps[*]}" && return 2 ;;
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
  echo "lint: ${failed[*]} found something (above); tools/lint.sh ${failed[*]} runs just that again" >&2
  exit 1
fi
