package git

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"

	"prentice"
)

// object is the id of an object, short to keep.
type object [20]byte

func objectOf(id string) (o object) {
	hex.Decode(o[:], []byte(id[:min(len(id), 40)])) //nolint:errcheck // what is no id is that of nothing
	return o
}

// unnamed are the objects in quarantine that are not needed, and that the repository does
// not have: a thin pack is filled up with some that it has.
func (b Brought) unnamed(ctx context.Context, needed map[object]bool) (list []string, err error) {
	if b.quarantine == filepath.Join(b.dir, "objects") { // nothing came
		return nil, nil
	}
	err = b.came(func(o object) {
		if !needed[o] {
			list = append(list, hex.EncodeToString(o[:]))
		}
	})
	if err != nil {
		return nil, prentice.Errorf(prentice.Unavailable, "what was pushed cannot be listed: %w", err).Try("push again")
	}
	if len(list) == 0 {
		return nil, nil
	}
	kept := &Work{Common: b.dir, own: b.dir, hash: b.hash, env: append(calm(), "GIT_DIR="+b.dir)}
	out, err := kept.run(ctx, strings.NewReader(strings.Join(list, "\n")+"\n"), mostList, "cat-file", "--batch-check=%(objectname)")
	if err != nil {
		return nil, err
	}
	list = nil
	for line := range strings.Lines(string(out)) {
		if id, missing := strings.CutSuffix(strings.TrimSpace(line), " missing"); missing {
			list = append(list, id)
		}
	}
	return list, nil
}

// came tells of each object that lies in quarantine: in files of their own and in packs.
func (b Brought) came(tell func(object)) error {
	loose, err := filepath.Glob(filepath.Join(b.quarantine, "[0-9a-f][0-9a-f]", "*"))
	if err != nil {
		return err
	}
	for _, path := range loose {
		if id := filepath.Base(filepath.Dir(path)) + filepath.Base(path); objectID.MatchString(id) {
			tell(objectOf(id))
		}
	}
	packs, err := filepath.Glob(filepath.Join(b.quarantine, "pack", "*.idx"))
	for _, path := range packs {
		if err := inIndex(path, tell); err != nil {
			return err
		}
	}
	return err
}

// inIndex tells of the objects that the index of a pack lists, as git wrote it a moment ago.
func inIndex(path string, tell func(object)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	const names = 8 + 256*4
	head := make([]byte, names)
	if _, err := io.ReadFull(f, head); err != nil {
		return err
	}
	if string(head[:8]) != "\xfftOc\x00\x00\x00\x02" {
		return prentice.Errorf(prentice.Internal, "%s is no index of version 2", filepath.Base(path))
	}
	var o object
	in := io.LimitReader(f, int64(binary.BigEndian.Uint32(head[names-4:]))*int64(len(o)))
	for block := make([]byte, len(o)*3200); ; {
		n, err := io.ReadFull(in, block)
		for i := 0; i+len(o) <= n; i += len(o) {
			copy(o[:], block[i:])
			tell(o)
		}
		if err != nil {
			if err == io.EOF || err == io.ErrUnexpectedEOF {
				return nil
			}
			return err
		}
	}
}
