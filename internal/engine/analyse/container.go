package analyse

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
	"mvdan.cc/sh/v3/syntax"

	"prentice/internal/engine/check"
	"prentice/internal/engine/standard"
	"prentice/internal/kit/variable"
)

func containers() []standard.Analyser {
	return []standard.Analyser{
		{Name: "pinned-base", Each: dockerfile(pinnedBase)},
		{Name: "no-latest", Each: dockerfile(noLatest)},
		{Name: "not-root", Each: dockerfile(notRoot)},
		{Name: "image-piped-download", Each: dockerfile(imagePiped)},
		{Name: "add-url", Each: dockerfile(addURL)},
		{Name: "image-secrets", Each: dockerfile(imageSecrets)},
		{Name: "dockerignore", Each: dockerfile(dockerignore)},
		{Name: "compose-images", Each: compose(composeImages)},
		{Name: "compose-privileges", Each: compose(composePrivileges)},
	}
}

// instruction is a line of a Dockerfile, with those that continue it.
type instruction struct {
	line       int
	word, rest string
}

var dockerName = regexp.MustCompile(`(?i)^((dockerfile|containerfile)(\.[\w.-]+)?|[\w.-]+\.(dockerfile|containerfile))$`)

func dockerfile(look func(t *standard.Text, list []instruction) []check.Finding) func(*standard.Text) []check.Finding {
	return func(t *standard.Text) []check.Finding {
		if base := path.Base(t.Path); !dockerName.MatchString(base) || strings.HasSuffix(base, ".dockerignore") || foreign(t.Path) || t.Binary() {
			return nil
		}
		return look(t, instructions(t))
	}
}

var heredoc = regexp.MustCompile(`<<-?["']?(\w+)["']?`)

func instructions(t *standard.Text) []instruction {
	var list []instruction
	lines := t.Lines()
	for i := 0; i < len(lines); i++ {
		text := strings.TrimSpace(lines[i])
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		at := i + 1
		for strings.HasSuffix(text, `\`) && i+1 < len(lines) {
			i++
			if next := strings.TrimSpace(lines[i]); !strings.HasPrefix(next, "#") && next != "" {
				text = strings.TrimSuffix(text, `\`) + " " + next
			}
		}
		if m := heredoc.FindStringSubmatch(text); m != nil {
			for i++; i < len(lines) && strings.TrimSpace(lines[i]) != m[1]; i++ {
				text += "\n" + lines[i]
			}
		}
		word, rest, _ := strings.Cut(text, " ")
		list = append(list, instruction{at, strings.ToUpper(word), strings.TrimSpace(rest)})
	}
	return list
}

// bases are the images that are built on, without those that the file itself builds.
func bases(list []instruction) (found []instruction) {
	stages := map[string]bool{"scratch": true}
	for _, in := range list {
		if in.word != "FROM" {
			continue
		}
		var fields []string
		for _, f := range strings.Fields(in.rest) {
			if !strings.HasPrefix(f, "--") {
				fields = append(fields, f)
			}
		}
		if len(fields) == 0 {
			continue
		}
		if !stages[strings.ToLower(fields[0])] && !strings.Contains(fields[0], "$") {
			found = append(found, instruction{in.line, in.word, fields[0]})
		}
		if len(fields) > 2 && strings.EqualFold(fields[1], "as") {
			stages[strings.ToLower(fields[2])] = true
		}
	}
	return found
}

func pinnedBase(t *standard.Text, list []instruction) (all []check.Finding) {
	for _, in := range bases(list) {
		if !strings.Contains(in.rest, "@sha256:") {
			all = append(all, t.At(in.line, fmt.Sprintf("the image %s may be another tomorrow: it is not named by its digest", standard.Shown(in.rest))))
		}
	}
	return all
}

func noLatest(t *standard.Text, list []instruction) (all []check.Finding) {
	for _, in := range bases(list) {
		if unpinned(in.rest) {
			all = append(all, t.At(in.line, fmt.Sprintf("%s is whatever is newest when it is built", standard.Shown(in.rest))))
		}
	}
	return all
}

// ownUsers are bases whose images say themselves that they do not run as root.
var ownUsers = regexp.MustCompile(`nonroot|rootless|unprivileged`)

func notRoot(t *standard.Text, list []instruction) []check.Finding {
	user, from, runs := "", instruction{}, false
	for _, in := range list {
		switch in.word {
		case "FROM":
			user, from, runs = "", in, false
		case "USER":
			user = in.rest
		case "CMD", "ENTRYPOINT":
			runs = true
		}
	}
	user, _, _ = strings.Cut(user, ":")
	if !runs || user != "" && user != "root" && user != "0" || user == "" && ownUsers.MatchString(from.rest) {
		return nil
	}
	f := t.At(from.line, "its program runs as root")
	f.Key, f.Remedy = "root", "add a user, and USER name before what starts the program"
	return []check.Finding{f}
}

func imagePiped(t *standard.Text, list []instruction) (all []check.Finding) {
	for _, in := range list {
		if in.word != "RUN" || !strings.Contains(in.rest, "|") {
			continue
		}
		file, err := syntax.NewParser().Parse(strings.NewReader(flags.ReplaceAllString(in.rest, "")), "")
		if err != nil {
			continue
		}
		syntax.Walk(file, func(n syntax.Node) bool {
			if n != nil && piped(n) {
				all = append(all, t.At(in.line, "what a server sends is executed before anyone has seen it"))
			}
			return true
		})
	}
	return all
}

var flags = regexp.MustCompile(`^(--\S+\s+)+`)

func addURL(t *standard.Text, list []instruction) (all []check.Finding) {
	for _, in := range list {
		if in.word == "ADD" && (strings.Contains(in.rest, "http://") || strings.Contains(in.rest, "https://")) && !strings.Contains(in.rest, "--checksum=") && !strings.Contains(in.rest, ".git") {
			all = append(all, t.At(in.line, "what this address gives is taken as it comes: write --checksum=sha256:…"))
		}
	}
	return all
}

var setting = regexp.MustCompile(`(?:^|\s)([A-Za-z_]\w*)(?:=(\S*)|\s+(\S+)|$)`)

func imageSecrets(t *standard.Text, list []instruction) (all []check.Finding) {
	for _, in := range list {
		if in.word != "ENV" && in.word != "ARG" {
			continue
		}
		for _, m := range setting.FindAllStringSubmatch(in.rest, -1) {
			value := m[2] + m[3]
			if !variable.IsCredential(m[1]) || in.word == "ENV" && (value == "" || strings.HasPrefix(value, "/") || strings.HasPrefix(value, "$")) {
				continue
			}
			f := t.Of(fmt.Sprintf("%s %s stays in the image, foreveryone who has it", in.word, standard.Shown(m[1])))
			f.Line, f.Key, f.Remedy = in.line, m[1], "give it to the one RUN that needs it: --mount=type=secret"
			all = append(all, f)
			break
		}
	}
	return all
}

func dockerignore(t *standard.Text, list []instruction) []check.Finding {
	dir := path.Dir(t.Path)
	for _, in := range list {
		if in.word != "COPY" && in.word != "ADD" || !everything.MatchString(in.rest) {
			continue
		}
		for _, at := range []string{path.Join(dir, ".dockerignore"), ".dockerignore", t.Path + ".dockerignore", path.Join(dir, ".containerignore"), ".containerignore"} {
			if t.View.Has(at) {
				return nil
			}
		}
		f := t.At(in.line, "all of the folder comes into the image, .git and .env as well: there is no .dockerignore")
		f.Fix = []check.Edit{{Path: path.Join(dir, ".dockerignore"), Content: []byte(".git\n.env\n.env.*\n")}}
		return []check.Finding{f}
	}
	return nil
}

var everything = regexp.MustCompile(`^(--\S+\s+)*\.\s+\S+$`)

var composeName = regexp.MustCompile(`^(docker-)?compose([.-][\w-]+)?\.ya?ml$`)

func compose(look func(f *flow, name string, service *yaml.Node)) func(*standard.Text) []check.Finding {
	return func(t *standard.Text) []check.Finding {
		if !composeName.MatchString(path.Base(t.Path)) || foreign(t.Path) || !bytes.Contains(t.Bytes, []byte("services")) {
			return nil
		}
		f := &flow{Text: t}
		for _, doc := range t.Nodes() {
			f.top = standard.Real(doc)
			standard.Pairs(standard.Get(f.top, "services"), func(key, service *yaml.Node) { look(f, key.Value, service) })
		}
		return f.list
	}
}

func composeImages(f *flow, name string, service *yaml.Node) {
	image := standard.Get(service, "image")
	if w := standard.Word(image); w != "" && standard.Get(service, "build") == nil && !strings.Contains(w, "$") && unpinned(w) {
		f.wrong(image, "service %s runs whatever %s is today", standard.Shown(name), standard.Shown(w))
	}
}

func composePrivileges(f *flow, name string, service *yaml.Node) {
	if p := standard.Get(service, "privileged"); standard.Word(p) == "true" {
		f.wrong(p, "service %s is root on the host: privileged", standard.Shown(name))
	}
	for _, v := range standard.Members(standard.Get(service, "volumes")) {
		source := standard.Word(v) + standard.Word(standard.Get(v, "source"))
		if strings.Contains(source, "/var/run/docker.sock") || strings.Contains(source, "/run/docker.sock") {
			f.wrong(v, "service %s may do anything on the host: it has the engine's socket", standard.Shown(name))
		}
	}
	for _, key := range []string{"network_mode", "pid", "ipc", "userns_mode"} {
		if n := standard.Get(service, key); standard.Word(n) == "host" {
			f.wrong(n, "service %s shares the host's %s", standard.Shown(name), strings.TrimSuffix(key, "_mode"))
		}
	}
}
