/// Base 64 with the standard alphabet and padding (RFC 4648 §4). Only the one canonical encoding of bytes is
/// read: whole groups of four, unused bits zero, nothing in between.
enum Base64 {
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= 8 * UInt32(3 - group.count)
            for place in 0..<4 {
                let digit = alphabet[Int(bits >> (18 - 6 * UInt32(place)) & 63)]
                text.append(place <= group.count ? digit : padding)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        let digits = text.count - text.suffix(2).count { $0 == padding }
        var bits: UInt32 = 0
        for (place, digit) in text.prefix(digits).enumerated() {
            let value = values[Int(digit)]
            guard value < 64 else { return nil }
            bits = bits << 6 | UInt32(value)
            // Each digit after the first of a group completes a byte.
            let spare = UInt32(6 - 2 * (place % 4))
            if place % 4 > 0 {
                bytes.append(UInt8(truncatingIfNeeded: bits >> spare))
                bits &= 1 << spare - 1
            }
        }
        guard bits == 0, digits % 4 != 1, text.dropFirst(digits).allSatisfy({ $0 == padding })
        else { return nil }
        return bytes
    }

    private static let padding = UInt8(ascii: "=")
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    /// Of each byte; 64: it is no digit.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 64, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
