# Every rule of the ruleset that tflint brings along.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
