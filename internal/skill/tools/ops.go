package tools

import (
	"context"
	"slices"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/engine/tool"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// DirIn names a folder.
type DirIn struct {
	Dir string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
}

// SurveyIn says which of it is wanted.
type SurveyIn struct {
	Repository string `json:"repository,omitempty" arg:"1" of:"repository" maxLength:"120" example:"shop" doc:"Only this repository."`
	Tool       string `json:"tool,omitempty" maxLength:"60" example:"node" doc:"Only this tool."`
	Past       bool   `json:"past,omitempty" doc:"Only what is past its end of life."`
}

// LockIn says what to lock, and by what to verify it.
type LockIn struct {
	Dir     string `json:"dir,omitempty" arg:"1" maxLength:"4096" doc:"A folder in the repository; without it the current one."`
	Check   bool   `json:"check,omitempty" doc:"Compare the lock with the tools of this machine, and write nothing."`
	Write   bool   `json:"write,omitempty" doc:"Write the lock; without it, it is shown."`
	Tool    string `json:"tool,omitempty" maxLength:"60" example:"go" doc:"Only this tool."`
	Archive string `json:"archive,omitempty" maxLength:"4096" example:"go1.26.3.linux-amd64.tar.gz" doc:"The archive from which it was installed, as its distributor offers it."`
	Sums    string `json:"sums,omitempty" maxLength:"4096" example:"SHA256SUMS" doc:"The distributor's file of SHA-256 checksums, which names the archive."`
}

// FileIn names a file of ends of life.
type FileIn struct {
	File string `json:"file" arg:"1" maxLength:"4096" example:"ends.yaml" doc:"The file; its form is in the reference."`
}

func (k *Desk) ops() []op.Op {
	const look, viewer = prentice.Look, prentice.Viewer
	return []op.Op{
		op.New("tool.list", look, viewer, "List the tools and versions that a repository asks for, and where another one is used", k.list).
			WithExample("prentice tool list").WithoutState().OnlyHere().WithHelp(
			"Reads go.mod, .tool-versions, mise.toml, package.json, rust-toolchain.toml, .nvmrc, .node-version, .python-version, .ruby-version, .java-version, global.json, pyproject.toml, Cargo.toml and composer.json; what workflows of GitHub, Gitea, Forgejo, GitLab and Woodpecker and the checks in .prentice/checks use; the images of compose.yaml and Dockerfile; and this machine. No program is run: a version is read in the files beside it. What production has, a server knows: prentice tool survey."),
		op.New("tool.check", look, viewer, "Say what is wrong with the tools of a repository: past their end, contradictions, other versions in CI", k.judge).
			WithExample("prentice tool check").WithoutState().OnlyHere().WithHelp(
			"Ends with exit code 9 where something is wrong, and 10 where something is not known. A machine with another version than is asked for is unknown: it says nothing of the right one. prentice check judges the same, but for this machine, as tools/…"),
		op.New("tool.lock", look, viewer, "Lock the tools of a repository to the programs of this platform, by digest, and say how each was verified", k.lock).ThatKeeps().
			WithExample("prentice tool lock --write").WithoutState().OnlyHere().WithHelp(
			"Writes .prentice/tools.lock.json: of each tool that the root of the repository asks for the version, the platform, the digest of the program as found here, and how it was verified: by the distributor's checksum of the archive (--archive and --sums, of one --tool), by the checksum database of Go for a toolchain that the go command downloaded, by the record of the package manager; or only seen here, which verifies nothing and says so. Entries of other platforms stay.\n\n" +
				"With --check the tools of this machine are compared: 9 is another program of the same version, 10 is that nothing is known, because the version is another, the tool is not here, or the lock does not name this platform."),
		op.New("tool.ends", look, viewer, "List until when versions of tools are maintained, with the sources and their age", k.listEnds).
			WithExample("prentice tool ends").WithoutState().OnlyHere(),
		op.New("tool.import", look, viewer, "Import newer ends of life from a file", k.bring).ThatKeeps().
			WithExample("prentice tool import ends.yaml").WithoutState().OnlyHere().WithHelp(
			"Reads a file of ends of life, strictly, and keeps it on this machine for all repositories: among the data of your programs, or as the file that PRENTICE_END_OF_LIFE names. It counts where it is newer than what is there. Nothing is fetched."),
		op.New("tool.survey", look, viewer, "List tools by repository: which version, where, whether it differs, until when it is maintained", k.survey).
			WithExample("prentice tool survey --past").WithHelp(
			"Reads the branch that counts of each repository of the catalog, as prentice tool list reads a folder. Production is what the facts of the catalog's hosts say, such as a fact postgresql with the value 17.2; where no host says so, it is unknown."),
	}
}

func notHere(what string) error {
	return prentice.Errorf(prentice.Unavailable, "%s cannot be read from here", what).Try("ask on the machine where it is, without --server")
}

// open reads a repository in a folder. The caller closes it.
func (k *Desk) open(ctx context.Context, dir string) (Repository, *check.Tree, tool.Inventory, error) {
	if k.Open == nil {
		return nil, nil, tool.Inventory{}, notHere("the repository")
	}
	if dir == "" {
		dir = "."
	}
	repo, err := k.Open(ctx, dir)
	if err != nil {
		return nil, nil, tool.Inventory{}, err
	}
	t, err := repo.Tree(ctx)
	if err == nil {
		var inv tool.Inventory
		if inv, err = tool.Of(ctx, t); err == nil {
			return repo, t, inv, nil
		}
	}
	repo.Close() //nolint:errcheck // the first error says it all
	return nil, nil, tool.Inventory{}, err
}

// here are the tools of this machine that a repository asks for or uses.
func (k *Desk) here(inv tool.Inventory) (list []tool.Use) {
	if k.Machine == nil {
		return nil
	}
	for _, name := range toolsOf(inv) {
		if f, found := k.Machine.Find(name, wishOf(inv, name)); found {
			list = append(list, tool.Use{Tool: name, Wish: tool.Exactly(name, f.Version), Place: tool.Here, Who: "this machine"})
		}
	}
	return list
}

func toolsOf(inv tool.Inventory) (names []string) {
	for _, p := range slices.Concat(inv.Pins, inv.Bare) {
		names = append(names, p.Tool)
	}
	for _, u := range inv.Uses {
		names = append(names, u.Tool)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// wishOf is what the root of a repository asks for: the nearest that it says.
func wishOf(inv tool.Inventory, name string) (w tool.Wish) {
	for _, p := range inv.Pins {
		if p.Tool == name && p.Dir() == "." && (w.Text == "" || p.Wish.Form == tool.Exact || w.Form != tool.Exact) {
			w = p.Wish
		}
	}
	return w
}

func (k *Desk) list(ctx context.Context, c op.Call, in DirIn) (List, error) {
	repo, t, inv, err := k.open(ctx, in.Dir)
	if err != nil {
		return List{}, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	ends, err := k.ends()
	if err != nil {
		return List{}, err
	}
	out := List{Repository: t.Name, Tools: rowsOf(inv, k.here(inv), ends, c.Now), Unread: inv.Wrong, Ends: about(ends, c.Now)}
	wrongHere(out.Tools)
	return out, nil
}

func (k *Desk) listEnds(_ context.Context, c op.Call, _ struct{}) (EndList, error) {
	ends, err := k.ends()
	if err != nil {
		return EndList{}, err
	}
	out := EndList{About: about(ends, c.Now), Tools: []EndLine{}}
	for _, name := range ends.Names() {
		for _, one := range ends.Tools[name].Lines() {
			out.Tools = append(out.Tools, EndLine{Tool: name, Version: one.Line, Ends: one.Day, Over: !one.Day.IsZero() && c.Now.After(one.Day), Source: ends.Tools[name].Source, Read: ends.Tools[name].Read})
		}
	}
	return out, nil
}

func (k *Desk) bring(_ context.Context, c op.Call, in FileIn) (Brought, error) {
	if k.Shelf == nil {
		return Brought{}, notHere("the ends of life")
	}
	ends, err := k.Shelf.Import(in.File, c.Now)
	return Brought{About: about(ends, c.Now), Tools: len(ends.Tools)}, err
}

// only are the rows that were asked for.
func (in SurveyIn) only(r Row) bool {
	return (in.Tool == "" || in.Tool == r.Tool) && (!in.Past || r.Life.Truth == prentice.Fail)
}

func oneLine(err error) string { return clip.To(err.Error(), 200) }
