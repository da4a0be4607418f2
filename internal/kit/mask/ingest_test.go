package mask_test

import (
	"bytes"
	"fmt"
	"testing"

	"prentice/internal/kit/mask"
)

// As bench measures it: twenty secrets that begin alike, and lines full of numbers.
func BenchmarkMaskingOfIngestedLines(b *testing.B) {
	var text bytes.Buffer
	for i := range 50_000 {
		fmt.Fprintf(&text, "2026-11-27T08:%02d:%02d.%03dZ INFO checkout request=%08x took %d ms, status 200, customer %d of %d\n", i/60000%60, i/1000%60, i%1000, i*2654435761, i%977, i%5003, i)
	}
	var secrets []string
	for i := range 20 {
		secrets = append(secrets, fmt.Sprintf("s3cret-%d-of-a-service-%x", i, i*7919))
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		w := mask.Writer(discard{}, secrets)
		w.Write(text.Bytes()) //nolint:errcheck // discard takes everything
		w.Close()             //nolint:errcheck // as above
	}
}
