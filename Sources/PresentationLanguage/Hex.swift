/// Bytes as lower-case hexadecimal digits, without prefix.
package func hex(_ bytes: some Collection<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: 2 * bytes.count) { buffer in
        var place = 0
        for byte in bytes {
            buffer[place] = digits[Int(byte >> 4)]
            buffer[place + 1] = digits[Int(byte & 15)]
            place += 2
        }
        return place
    }
}

/// The bytes of lower-case hexadecimal digits; nil if the text is anything else.
package func bytes(hex text: String) -> [UInt8]? {
    func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
    var text = text
    return text.withUTF8 { digits in
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
