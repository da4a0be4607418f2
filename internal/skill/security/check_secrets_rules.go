package security

import (
	"prentice/internal/engine/check"
	"prentice/internal/engine/claims"
)

// rotateFirst is what to do with a secret that was found.
const rotateFirst = "anyone who can read the repository has it, so rotate it first: prentice run start rotate-secret (prentice procedure library add rotate-secret brings it); then take it out. One that is none: prentice check waive"

func noSecretRule() check.Rule {
	return check.Rule{ID: noSecret, Severity: claims.Block, Says: "no file holds a secret",
		Why:    "A secret in a repository is known to all who can read it, now or later, and stays in its history when it is taken out.",
		Remedy: rotateFirst,
		Violations: []check.Example{
			{Files: map[string]string{"deploy.sh": "export AWS_ACCESS_KEY_ID=" + sampleKey() + "\n"}},
			{Files: map[string]string{"id": samplePrivateKey()}},
		},
		Passes: []check.Example{{Files: map[string]string{"deploy.sh": "export AWS_ACCESS_KEY_ID=\"$(vault read key)\"\npassword=changeme\n"}}},
	}
}

func noPastRule() check.Rule {
	return check.Rule{ID: noPast, Severity: claims.Block, OfPast: true, Says: "no commit brought a secret",
		Why:        "What a commit brought stays in the history when it is taken out, and every clone has it.",
		Remedy:     rotateFirst + " secrets/history",
		Violations: []check.Example{{Past: []check.Added{{Commit: "1", Path: "deploy.sh", ID: "1", Parts: []check.Part{{Line: 1, Text: []byte("key=" + sampleKey() + "\n")}}}}}},
		Passes:     []check.Example{{Past: []check.Added{{Commit: "1", Path: "deploy.sh", ID: "1", Parts: []check.Part{{Line: 1, Text: []byte("key=changeme\n")}}}}}},
	}
}

func searchedRule() check.Rule {
	return check.Rule{ID: searched, Severity: claims.Block, Says: "secrets can be found in every file",
		Why:    "What was not looked at is no pass: neither a file that is too long, nor settings that let every secret pass.",
		Remedy: "make it shorter, keep it elsewhere, or waive it for this file: prentice check waive secrets/searched --where FILE",
		Violations: []check.Example{
			{Files: map[string]string{settingsFile: "[extend]\nuseDefault = true\n[[allowlists]]\nregexes = ['''.*''']\n"}},
			{Files: map[string]string{"a.zip": "PK\x03\x04 and no more"}},
		},
		Passes: []check.Example{{Files: map[string]string{settingsFile: "[extend]\nuseDefault = true\n[[allowlists]]\npaths = ['''^testdata/''']\n"}}},
	}
}

func settingsRule() check.Rule {
	return check.Rule{ID: settings, Severity: claims.Advise, Says: ".gitleaks.toml says nothing that is not understood",
		Why:        "A word that is misspelt in the settings does nothing, and does not say so.",
		Remedy:     "see https://github.com/gitleaks/gitleaks#configuration",
		Violations: []check.Example{{Files: map[string]string{settingsFile: "[extend]\nuseDefaults = true\n"}}},
		Passes:     []check.Example{{Files: map[string]string{settingsFile: "[extend]\nuseDefault = true\ndisabledRules = ['generic-api-key']\n"}}},
	}
}

// samples are well-known secrets that are none, made here so that no one finds them in
// this file.
func samples() []string {
	return []string{"key = " + sampleKey(), "token = ghp" + "_Zq8vLw3TnXk5RbY7cJd2MhFs9PgAe4Wu6ViD", samplePrivateKey()}
}

func sampleKey() string { return "AKIA" + "Z7VRSQ5TJN2XMCLQ" }

func samplePrivateKey() string {
	const line = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
	return "-----BEGIN OPENSSH PRIVATE" + " KEY-----\n" + line + line + "-----END OPENSSH PRIVATE" + " KEY-----\n"
}
