package environment

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"

	"prentice"
	"prentice/internal/kit/clip"
)

// Seed is what the data of a provider is made by: services that end, such as migrations, and
// what they read of the tree. What was made so is kept as a template, and the next
// environment with the same begins with a copy of it.
type Seed struct {
	By   []string // services, in the order in which they are performed
	From []string // files and folders of the tree that they read, from its top
}

// Seeding is a back end that keeps templates of data. Where it is none, seeds are services
// like others.
type Seeding interface{ Seeds() bool }

// Unseeded is a specification for a back end that keeps no templates and shares no server.
func (s Spec) Unseeded() Spec {
	s.Services = slices.Clone(s.Services)
	for i := range s.Services {
		s.Services[i].Seed, s.Services[i].Shared = nil, false
	}
	return s
}

// Apart is a specification whose databases have servers of their own: what someone outside
// proposes is not let into a server with the data of others.
func (s Spec) Apart() Spec {
	s.Services = slices.Clone(s.Services)
	for i := range s.Services {
		s.Services[i].Shared = false
	}
	return s
}

// seeds is the provider whose data a service makes; "" is none.
func (s Spec) seeds(service string) string {
	for _, one := range s.Services {
		if one.Seed != nil && slices.Contains(one.Seed.By, service) {
			return one.Name
		}
	}
	return ""
}

// mostSeed is how much a seed may read of the tree, in bytes.
const mostSeed = 512 << 20

// made is all that decides what the data of a provider is. Of a secret it is the name: its
// value is in no digest that is shown.
type made struct {
	Repository string
	Outside    bool
	Hosts      []string
	Provider   Service
	By         []Service
}

// Digest is the name of the template that the seed of a provider makes, in this tree, for a
// repository. Two repositories share none, and neither do changes of the team and of someone
// outside.
func (s Spec) Digest(service string, tree fs.FS, repository string, outside bool) (string, error) {
	one := s.Service(service)
	if one == nil || one.Seed == nil {
		return "", prentice.Errorf(prentice.Invalid, "the service %q has no seed", clip.Text(service))
	}
	all := made{Repository: repository, Outside: outside, Hosts: s.Hosts, Provider: *one}
	all.Provider.Template = ""
	for _, name := range one.Seed.By {
		by := s.Service(name)
		if by == nil {
			return "", prentice.Errorf(prentice.Invalid, "%s is seeded by %q, which is no service here", service, clip.Text(name))
		}
		all.By = append(all.By, *by)
	}
	for i, by := range all.By {
		all.By[i].Files = slices.SortedFunc(slices.Values(by.Files), func(a, b File) int { return cmp.Compare(a.Path, b.Path) })
		all.By[i].Secret = maps.Clone(by.Secret)
	}
	text, err := json.Marshal(all) // the keys of maps are in their order
	if err != nil {
		return "", err
	}
	h := sha256.New()
	h.Write(text) //nolint:errcheck // a digest takes all
	if tree == nil && len(one.Seed.From) > 0 {
		return "", prentice.Errorf(prentice.Invalid, "%s is seeded from files, and there is no tree", service)
	}
	left := int64(mostSeed)
	for _, from := range one.Seed.From {
		if err := digestOf(h, tree, from, &left); err != nil {
			return "", prentice.Errorf(prentice.Invalid, "the seed of %s reads %q: %w", service, clip.Text(from), err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:20]), nil
}

// digestOf adds a file, or all files below a folder, with their names and sizes.
func digestOf(to io.Writer, tree fs.FS, from string, left *int64) error {
	return fs.WalkDir(tree, from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if d.Type()&fs.ModeSymlink != 0 {
			leads, err := fs.ReadLink(tree, name)
			if err != nil {
				return err
			}
			_, err = io.WriteString(to, "link\x00"+name+"\x00"+leads+"\x00")
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		f, err := tree.Open(name)
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // it was only read
		one := sha256.New()
		n, err := io.Copy(one, io.LimitReader(f, *left+1))
		if *left -= n; err == nil && *left < 0 {
			err = prentice.Errorf(prentice.Limited, "it is more than %d bytes", int64(mostSeed))
		}
		if err != nil {
			return err
		}
		_, err = io.WriteString(to, "file\x00"+name+"\x00"+strconv.FormatInt(n, 10)+"\x00"+hex.EncodeToString(one.Sum(nil)))
		return err
	})
}
