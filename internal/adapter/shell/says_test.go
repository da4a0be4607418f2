package shell

import "testing"

func TestTheFolderOfAScriptTakesNoRoomFromWhatItSays(t *testing.T) {
	for said, wants := range map[string]string{
		"/home/deploy/.prentice/claim-9662bc45f8bd21e0c54c41cbc64f5a02/roll.sh: 1: frobnicate: not found\n": "roll.sh: 1: frobnicate: not found",
		"well\n/srv/data/scratch/sh-1234567/check.sh: line 3: WORD: parameter not set\n":                    "check.sh: line 3: WORD: parameter not set",
		"cp: cannot stat '/srv/claim-forms/a'\n":                                                            "cp: cannot stat '/srv/claim-forms/a'",
	} {
		end := &tail{}
		end.Write([]byte(said)) //nolint:errcheck // it has no error
		if got := end.line(); got != wants {
			t.Errorf("%q, want %q", got, wants)
		}
	}
}
