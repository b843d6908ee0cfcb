import PresentationLanguage

extension FuzzTarget {
    /// Lengths and vectors, against a reading of RFC 9420 §2.1.2 that shares no code with `Reader`.
    package static let vectors = FuzzTarget(name: "vectors") {
        [
            [0], [0x3f] + [UInt8](repeating: 0, count: 63),
            [0x40, 0x40] + [UInt8](repeating: 0, count: 64),
            [0x7f, 0xff] + [UInt8](repeating: 0, count: 0x3fff),
            [0x80, 0, 0x40, 0] + [UInt8](repeating: 0, count: 0x4000), [0x02, 0x01, 0x05],
            [0x06, 0x00, 0x00, 0x03, 0x02, 0x00, 0x00],
        ]
    } run: { (input) throws(FuzzFinding) in
        let opaque = try? OpaqueVector(parsing: input)
        let expected = NaiveVector.content(fillingAll: input)
        try FuzzFinding.unless(
            opaque?.content == expected, "opaque<V>: \(opaque as Any), not as expected")
        if let opaque {
            try FuzzFinding.unless(opaque.encoded == input, "opaque<V> is written otherwise")
        }
        let list = try? OpaqueVectors(parsing: input)
        let expectedList = expected.flatMap(NaiveVector.list)
        try FuzzFinding.unless(list?.content == expectedList, "opaque<V><V>: not as expected")
        if let list {
            try FuzzFinding.unless(list.encoded == input, "opaque<V><V> is written otherwise")
        }
        if let length = NaiveVector.length(of: input[...]) {
            try FuzzFinding.unless(
                VectorLength.size(of: length.value) == length.size, "VectorLength.size")
        }
        return opaque != nil
    }
}

/// `opaque content<V>`
private struct OpaqueVector: TLSCodable {
    let content: [UInt8]

    init(from reader: inout Reader) throws(DecodingError) {
        content = try reader.readOpaque()
    }

    func write(to writer: inout Writer) {
        writer.write(opaque: content)
    }
}

/// `opaque content<V><V>`
private struct OpaqueVectors: TLSCodable {
    let content: [[UInt8]]

    init(from reader: inout Reader) throws(DecodingError) {
        content = try reader.readOpaqueList()
    }

    func write(to writer: inout Writer) {
        writer.write(opaqueList: content)
    }
}

/// Vectors read straight from the text of RFC 9420.
private enum NaiveVector {
    /// The length that stands first, and how many bytes it takes; nil where it is not canonical.
    static func length(of bytes: ArraySlice<UInt8>) -> (value: Int, size: Int)? {
        guard let first = bytes.first else { return nil }
        let size: Int
        let least: Int
        switch first & 0b1100_0000 {
        case 0b0000_0000: (size, least) = (1, 0)
        case 0b0100_0000: (size, least) = (2, 64)
        case 0b1000_0000: (size, least) = (4, 16_384)
        default: return nil
        }
        guard bytes.count >= size else { return nil }
        var value = Int(first & 0b0011_1111)
        for byte in bytes.dropFirst().prefix(size - 1) { value = value * 256 + Int(byte) }
        return value >= least ? (value, size) : nil
    }

    static func first(of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let (value, size) = length(of: bytes), bytes.count - size >= value else { return nil }
        return bytes.dropFirst(size).prefix(value)
    }

    static func content(fillingAll bytes: [UInt8]) -> [UInt8]? {
        guard let content = first(of: bytes[...]), content.endIndex == bytes.endIndex else {
            return nil
        }
        return Array(content)
    }

    static func list(_ bytes: [UInt8]) -> [[UInt8]]? {
        var list: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let content = first(of: rest) else { return nil }
            list.append(Array(content))
            rest = rest[content.endIndex...]
        }
        return list
    }
}
