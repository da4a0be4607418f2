package web

// share is a part of a whole in per cent.
func share(part, whole int) int {
	if whole <= 0 {
		return 0
	}
	return min(100, part*100/whole)
}

// over says whether a part of a whole is more than some per cent of it.
func over(part, whole, percent int) bool { return whole > 0 && part*100 > whole*percent }
