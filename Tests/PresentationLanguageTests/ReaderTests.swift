import PresentationLanguage
import Testing

@Suite struct ReaderTests {
    /// `struct { uint16 a; opaque b<V>; optional<uint32> c; uint64 d<V>; } Sample;`
    private struct Sample: TLSCodable, Equatable {
        var a: UInt16
        var b: [UInt8]
        var c: UInt32?
        var d: [UInt64]

        init(a: UInt16, b: [UInt8], c: UInt32?, d: [UInt64]) {
            (self.a, self.b, self.c, self.d) = (a, b, c, d)
        }

        init(from reader: inout Reader) throws(DecodingError) {
            a = try reader.readUInt16()
            b = try reader.readOpaque()
            c = try reader.readOptional()
            d = try reader.readList()
        }

        func write(to writer: inout Writer) {
            writer.write(a)
            writer.write(opaque: b)
            writer.write(optional: c)
            writer.write(list: d)
        }
    }

    private let sample = Sample(a: 0x0102, b: [3, 4], c: 0x0506_0708, d: [9])
    private let encoding: [UInt8] = [1, 2, 2, 3, 4, 1, 5, 6, 7, 8, 8, 0, 0, 0, 0, 0, 0, 0, 9]

    @Test func bigEndianInFieldOrder() throws {
        #expect(sample.encoded == encoding)
        #expect(try Sample(parsing: encoding) == sample)
    }

    @Test func everyTruncationIsRefused() {
        for count in 0..<encoding.count {
            #expect(throws: DecodingError.self) {
                try Sample(parsing: Array(encoding.prefix(count)))
            }
        }
    }

    @Test func leftoversAreRefused() {
        #expect(throws: DecodingError(.trailingBytes(1), at: encoding.count)) {
            try Sample(parsing: encoding + [0])
        }
    }

    @Test func presenceIsZeroOrOne() {
        var bytes = encoding
        bytes[5] = 2
        #expect(throws: DecodingError(.invalidPresence(2), at: 5)) { try Sample(parsing: bytes) }
    }

    @Test func aVectorEndsWithItsLastElement() {
        var bytes = encoding
        bytes[10] = 7
        #expect(throws: DecodingError(.truncated(needed: 8, available: 7), at: 11)) {
            try Sample(parsing: bytes)
        }
    }

    @Test func aFieldDoesNotReachBeyondItsVector() throws {
        let bytes: [UInt8] = [1, 0xff, 0xff]
        var reader = try Reader(bytes.span.bytes)
        do throws(DecodingError) {
            _ = try reader.readVector { (reader) throws(DecodingError) in try reader.readUInt16() }
            Issue.record("read beyond the vector")
        } catch {
            #expect(error == DecodingError(.truncated(needed: 2, available: 1), at: 1))
        }
    }

    @Test func depthIsBounded() {
        struct Nest: TLSDecodable {
            init(from reader: inout Reader) throws(DecodingError) {
                _ = try reader.readList(of: Nest.self)
            }
        }
        var bytes: [UInt8] = []
        for _ in 0..<20 {
            var writer = Writer()
            writer.write(opaque: bytes)
            bytes = writer.bytes
        }
        #expect(throws: DecodingError(.tooDeep, at: 17)) { try Nest(parsing: bytes) }
    }

    @Test func sizeIsBounded() {
        let limits = DecodingLimits(depth: 4, size: encoding.count - 1)
        #expect(throws: DecodingError(.tooLarge(encoding.count), at: 0)) {
            try Sample(parsing: encoding, limits: limits)
        }
    }

    @Test func hexRoundTrip() {
        let bytes = (0...255).map { UInt8($0) }
        #expect(PresentationLanguage.bytes(hex: hex(bytes)) == bytes)
        #expect(hex([0x0a, 0xf0]) == "0af0")
        for bad in ["0", "0A", "zz", "0x", " 0"] {
            #expect(PresentationLanguage.bytes(hex: bad) == nil)
        }
    }
}
