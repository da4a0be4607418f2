package main

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"prentice/internal/engine/forecast"
)

// forecasts is how far off forecasts are on the public series of the M4 competition, beside a
// straight line through the newest values, as predict_linear of Prometheus has it, Naive2 and
// Theta. The series are not in the repository: M4 names the folder that has them.
//
// Measured is the overall weighted average (OWA) of the competition: the mean of sMAPE and MASE,
// each as a share of that of Naive2. The figures of Naive2 and of Theta are those that the
// competition published; the straight line is worked out here.
func forecasts(ctx context.Context) (figures []figure, err error) {
	folder := os.Getenv("M4")
	if folder == "" {
		return nil, fmt.Errorf("the series are not here: M4 names the folder with Hourly-train.csv.gz, Hourly-test.csv.gz, Weekly-train.csv.gz and Weekly-test.csv.gz of the M4 competition")
	}
	for _, c := range []struct {
		name        string
		unit        int // the season of the scale of MASE
		seasons     []int
		line        int     // newest values of the straight line
		smape, mase float64 // of Naive2
		theta       float64 // OWA
		goal        float64 // OWA
	}{{"hourly", 24, []int{24, 168}, 168, 18.383, 2.395, 1.006, 0.55}, {"weekly", 1, []int{52}, 24, 9.161, 2.777, 0.971, 0.79}} {
		train, err := seriesOf(filepath.Join(folder, title(c.name)+"-train.csv.gz"))
		if err != nil {
			return nil, err
		}
		test, err := seriesOf(filepath.Join(folder, title(c.name)+"-test.csv.gz"))
		if err != nil {
			return nil, err
		}
		var ours, line score
		within := map[float64]float64{0.8: 0, 0.95: 0}
		var took time.Duration
		for i, y := range train {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			came, scale := test[i], 0.0
			for j := c.unit; j < len(y); j++ {
				scale += math.Abs(y[j]-y[j-c.unit]) / float64(len(y)-c.unit)
			}
			begun := time.Now()
			f, err := forecast.Of(forecast.History{Values: y, Seasons: c.seasons}, len(came))
			took += time.Since(begun)
			if err != nil {
				return nil, err
			}
			ours.add(came, f.Mean, scale)
			line.add(came, straight(y[max(0, len(y)-c.line):], len(came)), scale)
			for share := range within {
				low, high := f.Band(share)
				for j, v := range came {
					if v >= low[j] && v <= high[j] {
						within[share] += 1 / float64(len(came)*len(train))
					}
				}
			}
		}
		owa := ours.owa(len(train), c.smape, c.mase)
		name := "forecast." + c.name
		figures = append(figures,
			figure{name, owa, "OWA", fmt.Sprintf("≤ %v", c.goal), owa <= c.goal, fmt.Sprintf("%d series, %d steps ahead; Theta %v, and 1 is Naive2 (both as published)", len(train), len(test[0]), c.theta)},
			figure{name + ".line", line.owa(len(train), c.smape, c.mase), "OWA", "", true, fmt.Sprintf("a straight line through the newest %d values, as predict_linear has it", c.line)},
			covered(name, 0.8, within), covered(name, 0.95, within),
			figure{name + ".took", took.Seconds() * 1000 / float64(len(train)), "ms", "", true, "for one series"})
	}
	return figures, nil
}

func covered(name string, share float64, within map[float64]float64) figure {
	got := within[share]
	return figure{fmt.Sprintf("%s.band%.0f", name, share*100), got, "of values", fmt.Sprintf("%v ± 0.04", share), math.Abs(got-share) <= 0.04, "that came and were in the band"}
}

// score is sums of errors: sMAPE in percent, and MASE.
type score struct{ smape, mase float64 }

func (s *score) add(came, said []float64, scale float64) {
	for j, v := range came {
		s.smape += 200 * math.Abs(v-said[j]) / (math.Abs(v) + math.Abs(said[j])) / float64(len(came))
		s.mase += math.Abs(v-said[j]) / scale / float64(len(came))
	}
}

func (s score) owa(n int, smape, mase float64) float64 {
	return (s.smape/float64(n)/smape + s.mase/float64(n)/mase) / 2
}

// straight is the least-squares line through values, gone on with.
func straight(y []float64, steps int) []float64 {
	n := float64(len(y))
	var sx, sy, sxx, sxy float64
	for i, v := range y {
		x := float64(i)
		sx, sy, sxx, sxy = sx+x, sy+v, sxx+x*x, sxy+x*v
	}
	slope := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	out := make([]float64, steps)
	for i := range out {
		out[i] = (sy-slope*sx)/n + slope*float64(len(y)+i)
	}
	return out
}

// seriesOf reads a file of the competition: a series a line, its name first.
func seriesOf(file string) (list [][]float64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(z)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range rows[1:] {
		var y []float64
		for _, cell := range row[1:] {
			if cell == "" {
				break
			}
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				return nil, err
			}
			y = append(y, v)
		}
		list = append(list, y)
	}
	return list, nil
}

func title(name string) string { return string(name[0]-'a'+'A') + name[1:] }
