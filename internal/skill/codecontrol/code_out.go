package codecontrol

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strings"

	"prentice"
	"prentice/internal/engine/code"
	"prentice/internal/kit/clip"
	"prentice/internal/op"
)

// The bounds of what is given out.
const (
	mostPrinted = 8 << 20
	mostPacked  = 4 << 30
)

// packing is how many archives are made at once.
var packing = make(chan struct{}, 2)

func clipped(s string) string { return clip.Text(s) }

// CodeRaw is a file as it is.
type CodeRaw struct {
	Spot
	Entry   code.Entry `json:"entry"`
	Type    string     `json:"type"`
	Content []byte     `json:"content,omitempty"` // where it is not long
	shown   bool
	write   func(context.Context, io.Writer) error
}

// Printed implements op.Printed.
func (r CodeRaw) Printed() []byte { return r.Content }

// Text implements op.Texter, for a terminal, and for what is too long to be printed.
func (r CodeRaw) Text() string {
	return fmt.Sprintf("%s has %d bytes, and is not written to a terminal: write it to a file, or let a browser get it from %s\n", lineOfCode(r.Path), r.Entry.Size, r.Raw(r.Path))
}

// File implements op.Filer.
func (r CodeRaw) File() op.File {
	return op.File{Name: r.Entry.Name, Type: r.Type, Shown: r.shown, Size: r.Entry.Size, Write: r.write}
}

func (k *Desk) codeRaw(ctx context.Context, _ op.Call, in PathIn) (CodeRaw, error) {
	repo, spot, err := k.opened(ctx, in.AtIn, in.Path)
	out := CodeRaw{Spot: spot}
	if err != nil {
		return out, err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	if out.Entry, err = repo.Entry(ctx, spot.Commit, spot.Path); err != nil {
		return out, err
	}
	if out.Entry.Kind == code.Folder || out.Entry.Kind == code.Submodule {
		return out, prentice.Errorf(prentice.Invalid, "%q is a %s, and no file", clipped(spot.Path), out.Entry.Kind).Try("list it: prentice code tree %s", spot.Repository)
	}
	id := out.Entry.ID
	if out.Type = "application/octet-stream"; out.Entry.Size <= mostPrinted {
		if out.Content, err = repo.Content(id, mostPrinted); err != nil {
			return out, err
		}
		out.Type, out.shown = code.Type(out.Entry.Name, out.Content)
	}
	out.write = func(ctx context.Context, to io.Writer) error {
		if out.Content != nil {
			_, err := to.Write(out.Content)
			return err
		}
		repo, err := k.Sources(ctx, spot.Repository)
		if err != nil {
			return err
		}
		defer repo.Close() //nolint:errcheck // it was only read
		return repo.CopyTo(ctx, id, to)
	}
	return out, nil
}

// CodeArchive is all files of a commit.
type CodeArchive struct {
	Spot
	Name    string `json:"name"` // of the file
	Where   string `json:"where"`
	format  string
	sources func(context.Context, string) (Sources, error)
}

// Text implements op.Texter.
func (a CodeArchive) Text() string {
	return fmt.Sprintf("%s  %.12s\n\nA browser gets it from %s\nGit has it too: prentice repository clone %s\n", a.Name, a.Commit, a.Where, a.Repository)
}

// File implements op.Filer.
func (a CodeArchive) File() op.File {
	kind := "application/gzip"
	if a.format == "zip" {
		kind = "application/zip"
	}
	return op.File{Name: a.Name, Type: kind, Size: -1, Write: a.pack}
}

var notName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func (k *Desk) codeArchive(ctx context.Context, _ op.Call, in ArchiveCodeIn) (CodeArchive, error) {
	repo, spot, err := k.opened(ctx, in.AtIn, "")
	out := CodeArchive{Spot: spot, format: in.Format, sources: k.Sources}
	if err != nil {
		return out, err
	}
	out.Name = spot.Repository + "-" + strings.Trim(notName.ReplaceAllString(clip.To(spot.At, 60), "-"), "-.") + "." + in.Format
	out.Where = address("/download/code.archive", url.Values{"repository": {spot.Repository}, "at": {spot.At}, "format": {in.Format}})
	return out, repo.Close()
}

// pack writes it. It is refused where several are made already, and ends where it is longer
// than anyone wants.
func (a CodeArchive) pack(ctx context.Context, to io.Writer) error {
	select {
	case packing <- struct{}{}:
		defer func() { <-packing }()
	default:
		return prentice.Errorf(prentice.Limited, "%d archives are being made already", cap(packing)).Try("try again in a minute, or use git clone --depth 1")
	}
	repo, err := a.sources(ctx, a.Repository)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // it was only read
	folder := strings.TrimSuffix(a.Name, "."+a.format)
	out := &upTo{to: to, left: mostPacked}
	if a.format == "zip" {
		return repo.Archive(ctx, a.Commit, "zip", folder, out)
	}
	packed, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return err
	}
	if err := repo.Archive(ctx, a.Commit, "tar", folder, packed); err != nil {
		return err
	}
	return packed.Close()
}

// upTo writes so many bytes and refuses more.
type upTo struct {
	to   io.Writer
	left int64
}

// Write implements io.Writer.
func (u *upTo) Write(b []byte) (int, error) {
	if u.left -= int64(len(b)); u.left < 0 {
		return 0, prentice.Errorf(prentice.Limited, "the archive has more than %d bytes", int64(mostPacked)).Try("use git clone --depth 1")
	}
	return u.to.Write(b)
}

var (
	_ op.Filer   = CodeRaw{}
	_ op.Printed = CodeRaw{}
	_ op.Texter  = CodeRaw{}
	_ op.Filer   = CodeArchive{}
	_ op.Texter  = CodeArchive{}
)
