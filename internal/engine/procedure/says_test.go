package procedure

import (
	"strings"
	"testing"
)

func TestAStepIsSaidInTheSentenceBeforeIt(t *testing.T) {
	for prose, want := range map[string]string{
		"":            "",
		"Restart it.": "Restart it",
		"Restart it. It takes a minute. Look at the queue.":                       "Restart it",
		"Long before.\n\nNow **restart** the `web` unit:":                         "Now restart the web unit",
		"The words go\nover two lines. And on.":                                   "The words go over two lines",
		"Use e.g. the first one. Or not.":                                         "Use e.g. the first one",
		"It is version 1.2 of [the thing](https://x.y/z). Then more.":             "It is version 1.2 of the thing",
		"- Look at it.\n- Restart it:":                                            "Restart it",
		"1. Drain the node":                                                       "Drain the node",
		"Words.\n\n| a | b |\n|---|---|\n| 1 | 2 |":                               "Words",
		"Words.\n\n```json\n{\"a\": 1}\n```":                                      "Words",
		"Words.\n\n{{< note >}}\n\n<details>\n<summary>x</summary>\n\n</details>": "Words",
		"Words.\n\n<!-- a comment\nof two lines -->":                              "Words",
		"> Mind the gap. Really.":                                                 "Mind the gap",
		"Is it down? Then go on.":                                                 "Is it down?",
		"Run `kubectl rollout restart` (it is safe!) now. Wait.":                  "Run kubectl rollout restart (it is safe!) now",
		strings.Repeat("word ", 50):                                               strings.TrimSpace(strings.Repeat("word ", 20))[:98] + "…",
		"export KUBECONFIG is set above.":                                         "export KUBECONFIG is set above",
	} {
		if got := sentence(prose); got != want && !(strings.HasSuffix(want, "…") && strings.HasSuffix(got, "…") && len([]rune(got)) <= longestLine) {
			t.Errorf("%q: %q, want %q", prose, got, want)
		}
	}
}
