package blob

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// partSize is what one upload carries, and what it costs in memory. A storage takes at most 10,000 parts of an object, each but
// the last of at least 5 MiB.
const partSize = 8 << 20

// contentType is that of every object.
var contentType = aws.String("application/octet-stream")

// put uploads an object at once, or in parts when it is larger than one.
func (b s3Bucket) put(ctx context.Context, name string, r io.Reader) error {
	part := make([]byte, partSize)
	n, err := io.ReadFull(r, part)
	if err != nil && !ended(err) {
		return err
	}
	if err == nil {
		return b.putParts(ctx, name, part, r)
	}
	_, err = b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: b.name, Key: &name, ContentType: contentType, Body: bytes.NewReader(part[:n])})
	return err
}

// putParts uploads what part holds and then the rest. What is given up is taken
// back, also when it was the caller who went.
func (b s3Bucket) putParts(ctx context.Context, name string, part []byte, rest io.Reader) error {
	upload, err := b.client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: b.name, Key: &name, ContentType: contentType})
	if err != nil {
		return err
	}
	parts, err := b.uploadParts(ctx, name, upload.UploadId, part, rest)
	if err == nil {
		_, err = b.client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: b.name, Key: &name, UploadId: upload.UploadId,
			MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
	}
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answers)
	defer cancel()
	_, left := b.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: b.name, Key: &name, UploadId: upload.UploadId})
	return errors.Join(err, left)
}

func (b s3Bucket) uploadParts(ctx context.Context, name string, upload *string, part []byte, rest io.Reader) (parts []types.CompletedPart, err error) {
	for n := len(part); n > 0; {
		number := aws.Int32(int32(len(parts) + 1))
		sent, err := b.client.UploadPart(ctx, &s3.UploadPartInput{Bucket: b.name, Key: &name, UploadId: upload, PartNumber: number, Body: bytes.NewReader(part[:n])})
		if err != nil {
			return nil, err
		}
		parts = append(parts, types.CompletedPart{PartNumber: number, ETag: sent.ETag})
		if n, err = io.ReadFull(rest, part); err != nil && !ended(err) {
			return nil, err
		}
	}
	return parts, nil
}

// ended says whether a part was not filled because there is no more.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
