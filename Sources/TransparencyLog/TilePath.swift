/// `<N>[.p/<W>]`, how C2SP tlog-tiles names the place of a tile in its level: N in groups of three digits,
/// all but the last after an `x`, and W for a partial tile only.
enum TilePath {
    static func text(index: UInt64, width: Int) -> String {
        var groups = [group(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.append("x" + group(rest % 1000))
            rest /= 1000
        }
        let place = groups.reversed().joined(separator: "/")
        return width == Tile.fullWidth ? place : "\(place).p/\(width)"
    }

    /// The place that a text names, read leniently: only a text that is written for it names it. Nil if
    /// there is none.
    static func parse(_ text: Substring) -> (index: UInt64, width: Int)? {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard let place = parts.first else { return nil }
        var width = Tile.fullWidth
        if parts.count > 1 {
            guard let value = decimal(parts[1].utf8.dropFirst(2)), value < Tile.fullWidth else {
                return nil
            }
            width = Int(value)
        }
        let digits = place.utf8.filter { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        guard let index = significant.isEmpty ? 0 : decimal(significant) else { return nil }
        return (index, width)
    }

    private static func group(_ value: UInt64) -> String {
        let digits = String(value)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
