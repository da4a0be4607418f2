package tool

import (
	"regexp"
	"strings"

	"prentice/internal/kit/strict"
)

// setups are the actions that put a tool there: the tool, and the input that says which.
var setups = map[string][2]string{
	"actions/setup-go": {"go", "go-version"}, "actions/setup-node": {"node", "node-version"}, "actions/setup-python": {"python", "python-version"},
	"actions/setup-java": {"java", "java-version"}, "actions/setup-dotnet": {"dotnet", "dotnet-version"}, "ruby/setup-ruby": {"ruby", "ruby-version"},
	"shivammathur/setup-php": {"php", "php-version"}, "dtolnay/rust-toolchain": {"rust", "toolchain"}, "actions-rs/toolchain": {"rust", "toolchain"}, "pnpm/action-setup": {"pnpm", "version"},
}

var matrixValue = regexp.MustCompile(`^\$\{\{\s*matrix\.([A-Za-z0-9_-]+)\s*\}\}$`)

// github reads the workflows of GitHub, Gitea and Forgejo.
func github(s *sheet) (list []Use) {
	pairs(get(s.document(), "jobs"), func(id, job *strict.Node) {
		who := "job " + id.Value
		container := get(job, "container")
		if container != nil && container.Tag == "!!map" {
			container = get(container, "image")
		}
		list = append(list, s.imageUses(container, CI, who)...)
		pairs(get(job, "services"), func(_, service *strict.Node) {
			list = append(list, s.imageUses(get(service, "image"), CI, who)...)
		})
		for _, step := range members(get(job, "steps")) {
			list = append(list, s.setup(job, step, who)...)
		}
	})
	return list
}

// setup reads a step that puts a tool there.
func (s *sheet) setup(job, step *strict.Node, who string) (list []Use) {
	action, ref, _ := strings.Cut(text(get(step, "uses")), "@")
	by, is := setups[action]
	if !is {
		return nil
	}
	u := Use{Tool: by[0], Place: CI, Who: short(who), Path: s.path, Line: lineOf(get(step, "uses"))}
	given := get(step, "with", by[1])
	if given == nil {
		switch file := get(step, "with", by[1]+"-file"); {
		case file != nil:
			u.Line, u.file = file.Line, text(file)
			u.Wish = Wish{Text: "as " + short(u.file), Form: Unclear}
		case u.Tool == "rust" && ref != "":
			u.Wish = managed("rust", ref)
		default:
			u.Wish = Wish{Text: "whatever is there", Form: Floats}
		}
		return []Use{u}
	}
	u.Line = given.Line
	for _, value := range s.values(job, given) {
		one := u
		one.Wish = ranged(u.Tool, value)
		if one.Wish.Form == Unclear {
			one.Wish = managed(u.Tool, value)
		}
		if strange(value) {
			one.Wish = Wish{Text: "unclear", Form: Unclear}
		}
		list = append(list, one)
	}
	return list
}

// values are what an input is: of a matrix each of its values; of another expression its
// text, which no version is.
func (s *sheet) values(job, given *strict.Node) (list []string) {
	m := matrixValue.FindStringSubmatch(text(given))
	if m == nil {
		for line := range strings.Lines(text(given)) {
			if line = strings.TrimSpace(line); line != "" {
				list = append(list, short(line))
			}
		}
		return list
	}
	for _, one := range members(get(job, "strategy", "matrix", m[1])) {
		list = append(list, short(text(one)))
	}
	for _, row := range members(get(job, "strategy", "matrix", "include")) {
		if one := get(row, m[1]); one != nil {
			list = append(list, short(text(one)))
		}
	}
	if len(list) == 0 {
		list = []string{short(text(given))}
	}
	return list
}

// resolve gives uses that are as a file says the version that it says.
func resolve(inv *Inventory) {
	for i, u := range inv.Uses {
		if u.file == "" {
			continue
		}
		for _, p := range inv.Pins {
			if p.Tool == u.Tool && p.Path == strings.TrimPrefix(u.file, "./") {
				inv.Uses[i].Wish = p.Wish
			}
		}
	}
}
