package analyse

import (
	"slices"
	"testing"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

func TestARequirementOfCargoIsSatisfiedAsCargoSaysIt(t *testing.T) {
	for wants, versions := range map[string][2]string{ // what will do, and what will not
		"1.2.3": {"1.9.0", "2.0.0"}, "1.2": {"1.2.0", "1.1.9"}, "0.2.3": {"0.2.9", "0.3.0"}, "0.0.3": {"0.0.3", "0.0.4"}, "0": {"0.9.0", "1.0.0"}, "^1": {"1.0.0", "2.0.0"},
		"~1.2.3": {"1.2.9", "1.3.0"}, "~1": {"1.9.0", "2.0.0"}, "=1.2.3": {"1.2.3", "1.2.4"}, "=1.2": {"1.2.4", "1.3.0"}, ">=1.2": {"2.0.0", "1.1.0"}, ">1.2": {"1.3.0", "1.2.9"}, "<2": {"1.9.0", "2.0.0"},
		"<=1.2": {"1.2.9", "1.3.0"}, ">=1.2, <1.5": {"1.4.9", "1.5.0"},
	} {
		if !cargoAnyFits(wants, versions[:1]) || cargoAnyFits(wants, versions[1:]) || !cargoAnyFits(wants, []string{versions[1], versions[0]}) {
			t.Errorf("%s: %v", wants, versions)
		}
	}
	for _, unknown := range []string{"*", "1.*", "", "1.0.0-beta.1", "git", "1.2.3.4", ">=", "99999999999999999999"} {
		if !cargoAnyFits(unknown, []string{"2.0.0"}) {
			t.Errorf("%q is said to be broken, and is not understood", unknown)
		}
	}
}

// lockFindings are what an analyser finds in the manifest of a small tree.
func lockFindings(t *testing.T, each func(*standard.Text) []check.Finding, manifest string, files map[string]string) (says []string) {
	t.Helper()
	v := &standard.View{Tree: check.Example{Files: files}.Tree()}
	f, _ := v.File(manifest)
	text, err := v.Open(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range each(text) {
		says = append(says, one.Says)
	}
	return says
}

func TestALockFileIsThatOfTheWorkspaceAbove(t *testing.T) {
	const lock = "[[package]]\nname = \"member\"\nversion = \"1.0.0\"\ndependencies = [\n \"serde\",\n]\n\n[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n"
	member := func(asks string) map[string]string {
		return map[string]string{"Cargo.toml": "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"crates/other\"]\n", "Cargo.lock": lock,
			"crates/a/Cargo.toml": "[package]\nname = \"member\"\n\n[dependencies]\n" + asks, "crates/other/Cargo.toml": "[package]\nname = \"other\"\n[dependencies]\nrand = \"1\"\n"}
	}
	for asks, want := range map[string][]string{
		"serde = \"1\"\n": nil,
		"serde = { workspace = true }\nx = { workspace = true }\n": nil,
		"json = { package = \"serde\", version = \"1\" }\n":        nil,
		"rand = \"1\"\n": {"it asks for rand 1, which Cargo.lock does not have"},
	} {
		if got := lockFindings(t, cargoLock, "crates/a/Cargo.toml", member(asks)); !slices.Equal(got, want) {
			t.Errorf("%q: %q", asks, got)
		}
	}
	if got := lockFindings(t, cargoLock, "crates/other/Cargo.toml", member("serde = \"1\"\n")); got != nil {
		t.Errorf("what is excluded has a lock file of its own: %q", got)
	}
	pnpm := map[string]string{"pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  a/b:\n    devDependencies:\n      c: {specifier: ^1, version: 1.0.0}\n", "a/b/package.json": `{"dependencies": {"c": "^1"}}`, "d/package.json": `{"dependencies": {"c": "^1"}}`}
	if got := append(lockFindings(t, pnpmLock, "a/b/package.json", pnpm), lockFindings(t, pnpmLock, "d/package.json", pnpm)...); got != nil {
		t.Errorf("got %q", got)
	}
}

func TestWhatALockFileOfYarnNeedNotHaveIsNotMissed(t *testing.T) {
	files := map[string]string{"yarn.lock": "# yarn lockfile v1\n\n\"@a/b@^1\":\n  version \"1.0.0\"\n", "own/package.json": `{"name": "own"}`,
		"package.json": `{"dependencies": {"@a/b": "^1", "own": "^1", "c": "file:./c", "d": "user/repository", "e": "workspace:*"}}`}
	if got := lockFindings(t, yarnLock, "package.json", files); got != nil {
		t.Errorf("got %q", got)
	}
	files["package-lock.json"], files["package.json"] = "{}", `{"dependencies": {"z": "1"}}`
	if got := lockFindings(t, yarnLock, "package.json", files); got != nil {
		t.Errorf("npm counts there: %q", got)
	}
}

func TestTheDigestOfPoetryIsThatWhichPoetryWrites(t *testing.T) {
	// As Python has it: sha256(json.dumps(…, sort_keys=True)).
	for text, want := range map[string]string{
		"[tool.poetry.dependencies]\npython = \"^3.11\"\nflask = {version = \"^3\", extras = [\"async\"], optional = true}\n":                        "7f13002df29e0cc27f3776bd57e5af2b511dcd2afcd4240b44b67be8ae582561",
		"[project]\nname = \"x\"\ndependencies = [\"flask>=3\", \"caf\u00e9\\n\U0001f600\"]\n[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n": "605e98f32c2b31728d087dcac4d636c796bf7acbf3da9cdfc31a14ec92f42bda",
	} {
		files := map[string]string{"pyproject.toml": text, "poetry.lock": "[metadata]\ncontent-hash = \"" + want + "\"\n"}
		if got := lockFindings(t, poetryLock, "pyproject.toml", files); got != nil {
			t.Errorf("%s: %q", text, got)
		}
	}
	for _, unknown := range []string{"[project]\nversion = \"1\"\ndependencies = []\n[dependency-groups]\ndev = []\n", "[tool.poetry.dependencies]\na = 1.5\n", "[tool.poetry.dependencies]\na = 2026-01-01\n"} {
		files := map[string]string{"pyproject.toml": unknown, "poetry.lock": "[metadata]\ncontent-hash = \"x\"\n"}
		if got := lockFindings(t, poetryLock, "pyproject.toml", files); got != nil {
			t.Errorf("it cannot be known here: %q", got)
		}
	}
}
