package sample

// The words that articles are made of. Some are not ASCII, so that a reader which gets the
// encoding wrong shows it.
var (
	qualities = []string{
		"Antique", "Compact", "Crème", "Foldable", "Handmade", "Heavy", "Light",
		"Modern", "Plain", "Rustic", "Sanded", "Slim", "Sturdy", "Tall", "Wide",
	}
	materials = []string{
		"ash", "bamboo", "beech", "brass", "cork", "glass", "leather", "linen",
		"oak", "pine", "rattan", "steel", "walnut", "wool",
	}
	articles = []struct{ name, category string }{
		{"armchair", "Furniture"}, {"bench", "Furniture"}, {"bookcase", "Furniture"},
		{"café table", "Furniture"}, {"desk", "Office"}, {"filing cabinet", "Office"},
		{"monitor stand", "Office"}, {"bowl", "Kitchen"}, {"chopping board", "Kitchen"},
		{"pepper mill", "Kitchen"}, {"tray", "Kitchen"}, {"bedside lamp", "Lighting"},
		{"floor lamp", "Lighting"}, {"lantern", "Lighting"}, {"cushion", "Textiles"},
		{"rug", "Textiles"}, {"throw", "Textiles"}, {"planter", "Garden"},
		{"trellis", "Garden"}, {"Gießkanne", "Garden"}, {"coat stand", "Hall & Entrance"},
		{"shoe rack", "Hall & Entrance"}, {"mirror", "Bath"}, {"towel rail", "Bath"},
	}
	sentences = []string{
		"Made to last and easy to mend.",
		"Delivered flat with all that is needed to put it up.",
		"Oiled by hand without varnish.",
		"Comes with a warranty of five years.",
		"Wipe clean with a damp cloth.",
		"Best kept out of direct sunlight and rain.",
		"Fits most homes and every budget.",
		"Packed without any plastic.",
		"The surface ages well if it is used.",
		"Designed in Malmö and made nearby.",
		"Spare parts are in stock for years.",
		"A favourite since the first catalogue.",
	}
	currencies = []string{"EUR", "EUR", "EUR", "GBP", "CHF", "SEK", "USD"}
)
