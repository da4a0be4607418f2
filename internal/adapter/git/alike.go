package git

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
)

// mostOfTree is how many bytes one folder of a commit may list.
const mostOfTree = 32 << 20

// leaf is an entry of a folder.
type leaf struct {
	name, id string
	folder   bool
}

// Alike implements push.Objects. Only the folders on the way to the paths are read.
func (b Brought) Alike(ctx context.Context, commit string, paths []string) (list [][2]string, err error) {
	kind, root, err := b.object(commit+"^{tree}", mostOfTree)
	if kind == "" {
		if kind, _, err = b.object(commit, mostOfTree); kind != "" {
			return nil, nil // it is no commit, but a tag of something else
		}
	}
	if err != nil {
		return nil, err
	}
	f := folders{read: b.object, known: map[string]map[string][]leaf{"": leaves(root)}}
	seen := map[[2]string]bool{}
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		other, err := f.alike(path)
		if err != nil {
			return nil, err
		}
		if pair := [2]string{other, path}; other != "" && !seen[pair] && !seen[[2]string{path, other}] {
			seen[pair] = true
			list = append(list, pair)
		}
	}
	return list, nil
}

// folders are those of a commit that were read, their entries by their names in small
// letters. "" is the uppermost.
type folders struct {
	read  func(id string, most int64) (kind string, text []byte, err error)
	known map[string]map[string][]leaf
}

func (f folders) of(id string) (map[string][]leaf, error) {
	if have, ok := f.known[id]; ok {
		return have, nil
	}
	_, text, err := f.read(id, mostOfTree)
	if err != nil {
		return nil, err
	}
	f.known[id] = leaves(text)
	return f.known[id], nil
}

// alike is another path that a path is the same as, or in, where case does not count; ""
// is none, as for a path that is not there.
func (f folders) alike(path string) (other string, err error) {
	type place struct{ at, id string }
	places := []place{{}}
	there := false
	parts := strings.Split(path, "/")
	for i, part := range parts {
		var next []place
		folded := strings.ToLower(part)
		for _, p := range places {
			entries, err := f.of(p.id)
			if err != nil {
				return "", err
			}
			for _, e := range entries[folded] {
				full := p.at + e.name
				last := i == len(parts)-1
				switch {
				case full == path:
					there = true
				case last || !e.folder:
					other = full
				case e.folder:
					next = append(next, place{full + "/", e.id})
				}
			}
		}
		places = next
	}
	if !there {
		return "", nil
	}
	return other, nil
}

// leaves reads "MODE NAME", a zero byte, and an id of 20 bytes, again and again.
func leaves(text []byte) map[string][]leaf {
	all := map[string][]leaf{}
	for len(text) > 0 {
		head, rest, found := bytes.Cut(text, []byte{0})
		mode, name, cut := strings.Cut(string(head), " ")
		if !found || !cut || len(rest) < 20 {
			break
		}
		folded := strings.ToLower(name)
		all[folded] = append(all[folded], leaf{name: name, id: hex.EncodeToString(rest[:20]), folder: mode == "40000"})
		text = rest[20:]
	}
	return all
}
