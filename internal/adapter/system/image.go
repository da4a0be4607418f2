package system

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"strings"

	"prentice"
	"prentice/internal/engine/check"
	"prentice/internal/kit/clip"
)

// The bounds of an image.
const (
	mostEntries  = 2_000_000 // of all layers
	mostUnpacked = 32 << 30  // bytes of all layers
	mostLayers   = 1000
	mostKept     = 256 << 20 // bytes of the files that are wanted
	mostDocument = 16 << 20  // bytes of one that says what the image consists of
)

// archive is the file of an image: where each of its entries lies.
type archive struct {
	*os.File
	at map[string][2]int64 // begin and length
}

func (f found) image(ctx context.Context, name string) error {
	a, err := indexed(name)
	if err != nil {
		return err
	}
	defer a.Close() //nolint:errcheck // it was only read
	layers, err := a.layers()
	if err != nil {
		return err
	}
	if len(layers) > mostLayers {
		return prentice.Errorf(prentice.Limited, "the image has %d layers: at most %d are read", len(layers), mostLayers)
	}
	left := bounds{mostEntries, mostUnpacked, mostKept}
	for _, layer := range layers {
		in, err := a.open(layer)
		if err != nil {
			return err
		}
		if err := f.layer(ctx, in, &left); err != nil {
			return prentice.Errorf(kindOf(err), "layer %s of the image cannot be read whole: %w", clip.Text(layer), err)
		}
	}
	return nil
}

func kindOf(err error) prentice.Kind {
	if kind := prentice.KindOf(err); kind != prentice.Internal {
		return kind
	}
	return prentice.Invalid
}

func indexed(name string) (*archive, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "%q cannot be read: %w", clip.Text(name), err).Try("look at its owner and mode")
	}
	a := &archive{file, map[string][2]int64{}}
	in := tar.NewReader(file)
	for range mostEntries {
		h, err := in.Next()
		if errors.Is(err, io.EOF) && len(a.at) > 0 {
			return a, nil
		}
		if err != nil {
			break
		}
		at, err := file.Seek(0, io.SeekCurrent)
		if err != nil {
			break
		}
		if h.Typeflag == tar.TypeReg {
			a.at[path.Clean(h.Name)] = [2]int64{at, h.Size}
		}
	}
	return nil, errors.Join(prentice.Errorf(prentice.Invalid, "%q is no image: it is no tar archive that is whole", clip.Text(name)).Try("write it with: docker save IMAGE -o FILE, or podman save; unpack one that is compressed"), file.Close())
}

// open reads an entry, unpacked.
func (a *archive) open(name string) (io.Reader, error) {
	at, there := a.at[path.Clean(name)]
	if !there {
		return nil, prentice.Errorf(prentice.Invalid, "the image lacks %s, of which it says that it consists", clip.Text(name)).Try("save it again")
	}
	in := bufio.NewReaderSize(io.NewSectionReader(a, at[0], at[1]), 64<<10)
	switch head, _ := in.Peek(4); { // one that is shorter is empty, which tar says
	case strings.HasPrefix(string(head), "\x1f\x8b"):
		return gzip.NewReader(in)
	case string(head) == "\x28\xb5\x2f\xfd":
		return nil, prentice.Errorf(prentice.Invalid, "layer %s is compressed by zstd, which is not read here", clip.Text(name)).Try("save it with: podman save --format docker-archive")
	}
	return in, nil
}

func (a *archive) document(name string, into any) error {
	if at := a.at[path.Clean(name)]; at[1] > mostDocument {
		return prentice.Errorf(prentice.Limited, "%s of the image has %d bytes", clip.Text(name), at[1])
	}
	in, err := a.open(name)
	if err != nil {
		return err
	}
	if err := json.NewDecoder(io.LimitReader(in, mostDocument)).Decode(into); err != nil {
		return prentice.Errorf(prentice.Invalid, "%s of the image cannot be read: %w", clip.Text(name), err).Try("save it again")
	}
	return nil
}

// descriptor points to a part of an image, as OCI has it.
type descriptor struct {
	Digest      string
	Annotations map[string]string
}

func (d descriptor) blob() string { return "blobs/" + strings.ReplaceAll(d.Digest, ":", "/") }

// layers are the names of the layers of the one image, the lowest first.
func (a *archive) layers() (names []string, err error) {
	several := prentice.Errorf(prentice.Invalid, "there are several images in the file").Try("save one of them: docker save IMAGE -o FILE")
	if _, docker := a.at["manifest.json"]; docker {
		var list []struct{ Layers []string }
		if err := a.document("manifest.json", &list); err != nil {
			return nil, err
		}
		if len(list) != 1 {
			return nil, several
		}
		return list[0].Layers, nil
	}
	at := "index.json"
	for range 5 { // an index may be of indexes
		var doc struct{ Manifests, Layers []descriptor }
		if err := a.document(at, &doc); err != nil {
			return nil, err
		}
		for _, l := range doc.Layers {
			names = append(names, l.blob())
		}
		var images []descriptor
		for _, m := range doc.Manifests {
			if m.Annotations["vnd.docker.reference.type"] == "" { // what attests another one
				images = append(images, m)
			}
		}
		switch len(images) {
		case 0:
			return names, nil
		case 1:
			at = images[0].blob()
		default:
			return nil, several
		}
	}
	return nil, prentice.Errorf(prentice.Invalid, "the index of the image is of indexes without end")
}

// bounds are what may still be read.
type bounds struct{ entries, unpacked, kept int64 }

var errBomb = prentice.Errorf(prentice.Limited, "it unpacks to more than is read")

// counted counts what is unpacked.
type counted struct {
	io.Reader
	left *bounds
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if c.left.unpacked -= int64(n); c.left.unpacked < 0 {
		return n, errBomb
	}
	return n, err
}

// layer lays one over those before.
func (f found) layer(ctx context.Context, in io.Reader, left *bounds) error {
	r := tar.NewReader(counted{in, left})
	own := map[string]bool{} // what is of this layer is hidden by no mark in it
	for {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if left.entries--; left.entries < 0 {
			return errBomb
		}
		if ctx.Err() != nil {
			return prentice.Errorf(prentice.Canceled, "it was interrupted")
		}
		name := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
		dir, base := path.Split(name)
		switch hides, is := strings.CutPrefix(base, ".wh."); {
		case is && hides == ".wh..opq":
			f.without(strings.TrimSuffix(dir, "/"), own)
			continue
		case is:
			f.without(dir+hides, own)
			continue
		case h.Typeflag != tar.TypeDir:
			f.without(name, nil)
		}
		if !wanted(name) {
			continue
		}
		own[name] = true
		switch h.Typeflag {
		case tar.TypeReg:
			if left.kept -= min(h.Size, check.MostFile); left.kept < 0 {
				return errBomb
			}
			f.take(name, h.Size, r)
		case tar.TypeLink:
			c, there := f[strings.TrimPrefix(path.Clean("/"+h.Linkname), "/")]
			if !there {
				c = content{err: prentice.Errorf(prentice.Unavailable, "it is a link to a file that was not kept")}
			}
			f[name] = c
		}
	}
}

// without takes out a name and what is below it, but for some.
func (f found) without(name string, but map[string]bool) {
	for at := range f {
		if !but[at] && (name == "" || at == name || strings.HasPrefix(at, name+"/")) {
			delete(f, at)
		}
	}
}
