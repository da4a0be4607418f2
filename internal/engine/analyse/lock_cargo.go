package analyse

import (
	"path"
	"strconv"
	"strings"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
)

// cargoLock asks whether a Cargo.lock has the package of a Cargo.toml with all that it asks
// for, in versions that will do.
func cargoLock(t *standard.Text) (list []check.Finding) {
	lock, _ := lockOf(t, "Cargo.lock")
	name := textAt(t.Value(), "package", "name")
	if lock == nil || name == "" || excluded(t, path.Dir(lock.Path)) {
		return nil
	}
	packages := tables(at(lock.Value(), "package"))
	versions := map[string][]string{} // by name
	var own map[string]any
	for _, p := range packages {
		if textAt(p, "name") == name && at(p, "source") == nil {
			own = p
		}
		versions[textAt(p, "name")] = append(versions[textAt(p, "name")], textAt(p, "version"))
	}
	const run = "cargo update --workspace"
	if len(packages) == 0 {
		return nil // it cannot be read, which another rule says
	}
	if own == nil {
		return []check.Finding{differs(t, "Cargo.lock", "its own package", name, "", run)}
	}
	if asks, has := textAt(t.Value(), "package", "version"), textAt(own, "version"); asks != "" && asks != has {
		list = append(list, differs(t, "Cargo.lock", name, asks, has, run))
	}
	locked := map[string]string{} // what it depends on, with the version where that is said
	for _, entry := range texts(own["dependencies"]) {
		word := strings.Fields(entry)
		if len(word) > 1 {
			locked[word[0]] += " " + word[1]
		} else if len(word) == 1 {
			locked[word[0]] = strings.Join(versions[word[0]], " ")
		}
	}
	for asked, spec := range cargoAsks(t.Value()) {
		called, wants := asked, ""
		switch spec := spec.(type) {
		case string:
			wants = spec
		case map[string]any:
			wants, _ = spec["version"].(string)
			if other, _ := spec["package"].(string); other != "" {
				called = other
			} else if spec["workspace"] == true {
				called = "" // the workspace may call it otherwise
			}
		}
		has, there := locked[called]
		switch {
		case called == "":
		case !there:
			list = append(list, differs(t, "Cargo.lock", called, wants, "", run))
		case !cargoAnyFits(wants, strings.Fields(has)):
			list = append(list, differs(t, "Cargo.lock", called, wants, has, run))
		}
	}
	return firstOf(list)
}

// excluded says whether a package is none of the workspace whose lock file is above it.
func excluded(t *standard.Text, root string) bool {
	if path.Dir(t.Path) == root {
		return false
	}
	f, found := t.View.File(path.Join(root, "Cargo.toml"))
	if !found {
		return true
	}
	top, err := t.View.Open(f)
	if err != nil || at(t.Value(), "workspace") != nil {
		return true
	}
	rel := strings.TrimPrefix(t.Path, root+"/")
	if root == "." {
		rel = t.Path
	}
	rel = path.Dir(rel)
	member := false
	for _, pattern := range texts(at(top.Value(), "workspace", "members")) {
		ok, err := path.Match(path.Clean(pattern), rel)
		member = member || ok && err == nil
	}
	for _, pattern := range texts(at(top.Value(), "workspace", "exclude")) {
		if clean := path.Clean(pattern); rel == clean || strings.HasPrefix(rel, clean+"/") {
			return true
		}
	}
	return !member
}

// cargoAsks is all that a Cargo.toml asks for, of each platform too.
func cargoAsks(top any) map[string]any {
	all := map[string]any{}
	take := func(from any) {
		for _, group := range []string{"dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"} {
			for name, spec := range tableAt(from, group) {
				all[name] = spec
			}
		}
	}
	take(top)
	for _, platform := range tableAt(top, "target") {
		take(platform)
	}
	return all
}

// cargoAnyFits says whether one of some versions satisfies a requirement. A requirement
// that is not understood is satisfied.
func cargoAnyFits(wants string, versions []string) bool {
	if len(versions) == 0 {
		return true
	}
	for _, v := range versions {
		fits := true
		for one := range strings.SplitSeq(wants, ",") {
			fits = fits && cargoFits(strings.TrimSpace(one), v)
		}
		if fits {
			return true
		}
	}
	return false
}

func cargoFits(wants, version string) bool {
	sign := strings.TrimRight(wants[:len(wants)-len(strings.TrimLeft(wants, "^~=<>"))], " ")
	want, exact := numbers(strings.TrimSpace(strings.TrimLeft(wants, "^~=<>")))
	has, _ := numbers(version)
	if len(want) == 0 || len(has) != 3 || !exact {
		return true
	}
	order := compare(has, want)
	switch sign {
	case "", "^":
		upto := 0 // the first that is not zero, or the last that is said, must stay
		for upto < len(want)-1 && want[upto] == 0 {
			upto++
		}
		return order >= 0 && compare(has[:upto+1], want[:upto+1]) == 0
	case "~":
		keep := min(len(want), 2)
		return order >= 0 && compare(has[:keep], want[:keep]) == 0
	case "=":
		return compare(has[:len(want)], want) == 0
	case ">=":
		return order >= 0
	case ">":
		return compare(has[:len(want)], want) > 0
	case "<":
		return order < 0
	case "<=":
		return compare(has[:len(want)], want) <= 0
	}
	return true
}

// numbers are those of a version; exact is that there is nothing beside them.
func numbers(s string) (list []int, exact bool) {
	s, _, _ = strings.Cut(s, "+")
	s, _, before := strings.Cut(s, "-")
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.Atoi(part)
		if err != nil || len(list) == 3 {
			return list, false
		}
		list = append(list, n)
	}
	return list, !before
}

// compare compares numbers; those that are missing in the second are zero.
func compare(a, b []int) int {
	for i := range a {
		other := 0
		if i < len(b) {
			other = b[i]
		}
		switch {
		case a[i] < other:
			return -1
		case a[i] > other:
			return 1
		}
	}
	return 0
}
