package value

// floatDigits is how many digits of a decimal a float keeps, whichever they are,
// and with it every database.
const floatDigits = 15

// A longNumber is the first number of its length, which is more than floatDigits.
type longNumber struct {
	held
	digits int
}

// mostLong is how many long numbers of a field are kept.
const mostLong = 16

// addLong adds a number of more digits than all before it.
func addLong(all []longNumber, n longNumber) []longNumber {
	if len(all) == mostLong {
		all = all[:mostLong-1]
	}
	return append(all, n)
}

// beyond returns the first number of more digits than that, 0 for any number.
func beyond(all []longNumber, digits int) held {
	for _, n := range all {
		if digits > 0 && n.digits > digits {
			return n.held
		}
	}
	return held{}
}
