import PresentationLanguage
import TestSupport
import Testing

private struct DeserializationVector: Decodable {
    let vlbytesHeader: HexBytes
    let length: Int
}

@Suite struct VectorLengthTests {
    @Test(
        "deserialization.json: the length before a vector",
        .enabled(if: SharedInputs.vectors.exist, "\(SharedInputs.vectors.reason)"))
    func workingGroupVectors() throws {
        let vectors: [DeserializationVector] = try SharedInputs.vectors.load("deserialization")
        #expect(!vectors.isEmpty)
        for vector in vectors {
            var reader = try Reader(vector.vlbytesHeader.bytes.span.bytes)
            #expect(try reader.readVectorLength() == vector.length)
            try reader.finish()
        }
    }

    @Test(arguments: [
        0, 1, 0x3e, 0x3f, 0x40, 0x41, 0x3ffe, 0x3fff, 0x4000, 0x4001, 0xffff, 0x10000,
    ])
    func roundTrip(length: Int) throws {
        var writer = Writer()
        writer.write(opaque: [UInt8](repeating: 7, count: length))
        #expect(writer.bytes.count == length + VectorLength.size(of: length))
        var reader = try Reader(writer.bytes.span.bytes)
        #expect(try reader.readOpaque().count == length)
        try reader.finish()
    }

    @Test(
        "A length in more bytes than it needs",
        arguments: [
            [0x40, 0x00], [0x40, 0x3f], [0x80, 0, 0, 0], [0x80, 0, 0x3f, 0xff],
        ] as [[UInt8]])
    func notMinimal(bytes: [UInt8]) {
        #expect(throws: DecodingError(.nonMinimalLength, at: 0)) {
            try readOpaque(bytes + [UInt8](repeating: 0, count: 1 << 14))
        }
    }

    @Test func reservedPrefix() {
        #expect(throws: DecodingError(.reservedLengthPrefix, at: 0)) {
            try readOpaque([0xc0, 0, 0, 0, 0, 0, 0, 0])
        }
    }

    @Test func longerThanTheInput() {
        #expect(throws: DecodingError(.truncated(needed: (1 << 30) - 1, available: 2), at: 4)) {
            try readOpaque([0xbf, 0xff, 0xff, 0xff, 1, 2])
        }
    }

    private func readOpaque(_ bytes: [UInt8]) throws {
        var reader = try Reader(bytes.span.bytes)
        _ = try reader.readOpaque()
    }
}
