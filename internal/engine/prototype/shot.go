package prototype

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"

	"prentice"
)

// The most of a picture: bytes as it is sent, and points as it is drawn.
const (
	MostShot   = 6 << 20
	mostPoints = 12_000_000
)

// Redraw is a picture drawn anew from one that was sent, so that nothing of the file is
// kept but what can be seen: no place where it was taken, and nothing that could be taken
// for a page or a program. How large it would be is asked before it is drawn.
func Redraw(sent []byte) (drawn []byte, media string, err error) {
	if len(sent) > MostShot {
		return nil, "", prentice.Errorf(prentice.Limited, "the picture has %d bytes, at most %d are taken", len(sent), MostShot).Try("send a smaller one")
	}
	size, form, err := image.DecodeConfig(bytes.NewReader(sent))
	if err != nil || form != "png" && form != "jpeg" {
		return nil, "", prentice.Errorf(prentice.Invalid, "the file is no picture in PNG or JPEG").Try("save it as one of these")
	}
	if size.Width < 1 || size.Height < 1 || size.Width > mostPoints/size.Height {
		return nil, "", prentice.Errorf(prentice.Limited, "the picture has %d by %d points, which are more than %d", size.Width, size.Height, mostPoints).Try("send a smaller one")
	}
	picture, _, err := image.Decode(bytes.NewReader(sent))
	if err != nil {
		return nil, "", prentice.Errorf(prentice.Invalid, "the picture cannot be read").Try("send it again, or another one")
	}
	var out bytes.Buffer
	if form == "png" {
		err, media = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, picture), "image/png"
	} else {
		err, media = jpeg.Encode(&out, picture, &jpeg.Options{Quality: 80}), "image/jpeg"
	}
	return out.Bytes(), media, err
}
