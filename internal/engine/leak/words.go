package leak

// words finds many words in a text at once, in one pass, whatever their case (Aho and
// Corasick, Efficient string matching, 1975).
type words struct {
	class  [256]uint8 // what a byte is; 0 is none that stands in a word
	width  int        // how many classes there are
	next   []int32    // the next state, by state and class
	ends   [][]int32  // the words that end in a state
	length []int32    // of each word, in bytes
}

// wordsOf takes words in small letters.
func wordsOf(list []string) *words {
	w := &words{width: 1}
	for _, word := range list {
		w.length = append(w.length, int32(len(word)))
		for i := range len(word) {
			if w.class[word[i]] == 0 && w.width < 255 {
				w.class[word[i]] = uint8(w.width)
				w.width++
			}
		}
	}
	w.grow()
	for i, word := range list {
		if word != "" {
			w.add(word, int32(i))
		}
	}
	w.link()
	for b := byte('A'); b <= 'Z'; b++ {
		w.class[b] = w.class[b+'a'-'A']
	}
	return w
}

// grow adds a state.
func (w *words) grow() int32 {
	for range w.width {
		w.next = append(w.next, -1)
	}
	w.ends = append(w.ends, nil)
	return int32(len(w.ends) - 1)
}

func (w *words) add(word string, id int32) {
	state := int32(0)
	for i := range len(word) {
		at := int(state)*w.width + int(w.class[word[i]])
		if w.next[at] < 0 {
			to := w.grow()
			w.next[at] = to
		}
		state = w.next[at]
	}
	w.ends[state] = append(w.ends[state], id)
}

// link says where to go on after each byte that no word goes on with.
func (w *words) link() {
	back := make([]int32, len(w.ends))
	var queue []int32
	for c := range w.width {
		if to := w.next[c]; to > 0 {
			queue = append(queue, to)
		} else {
			w.next[c] = 0
		}
	}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		w.ends[state] = append(w.ends[state], w.ends[back[state]]...)
		for c := range w.width {
			at := int(state)*w.width + c
			over := w.next[int(back[state])*w.width+c]
			if w.next[at] < 0 {
				w.next[at] = over
				continue
			}
			back[w.next[at]] = over
			queue = append(queue, w.next[at])
		}
	}
}

// each tells of every place where a word ends, in order.
func (w *words) each(text []byte, tell func(word int32, end int)) {
	state, width := int32(0), int32(w.width)
	for i, b := range text {
		state = w.next[state*width+int32(w.class[b])]
		if ends := w.ends[state]; ends != nil {
			for _, id := range ends {
				tell(id, i+1)
			}
		}
	}
}

// in says whether some word stands in a text.
func (w *words) in(text []byte) bool {
	state, width := int32(0), int32(w.width)
	for _, b := range text {
		if state = w.next[state*width+int32(w.class[b])]; w.ends[state] != nil {
			return true
		}
	}
	return false
}
