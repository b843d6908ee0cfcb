/// A struct of the presentation language that can be read.
@usableFromInline package protocol TLSDecodable {
    /// Reads the fields in their order and leaves the reader behind the last one.
    init(from reader: inout Reader) throws(DecodingError)
}

/// A struct of the presentation language that can be written.
@usableFromInline package protocol TLSEncodable {
    /// Writes the fields in their order.
    func write(to writer: inout Writer)
}

@usableFromInline package typealias TLSCodable = TLSDecodable & TLSEncodable

extension TLSDecodable {
    /// Reads one value that fills the input exactly.
    @inlinable package init(
        parsing bytes: [UInt8], limits: DecodingLimits = .standard
    ) throws(DecodingError) {
        var reader = try Reader(bytes.span.bytes, limits: limits)
        self = try Self(from: &reader)
        try reader.finish()
    }
}

extension TLSEncodable {
    /// The encoding of this value.
    @inlinable package var encoded: [UInt8] {
        var writer = Writer()
        write(to: &writer)
        return writer.bytes
    }
}

extension UInt8: TLSCodable {
    @inlinable package init(from reader: inout Reader) throws(DecodingError) {
        self = try reader.readUInt8()
    }

    @inlinable package func write(to writer: inout Writer) {
        writer.write(self)
    }
}

extension UInt16: TLSCodable {
    @inlinable package init(from reader: inout Reader) throws(DecodingError) {
        self = try reader.readUInt16()
    }

    @inlinable package func write(to writer: inout Writer) {
        writer.write(self)
    }
}

extension UInt32: TLSCodable {
    @inlinable package init(from reader: inout Reader) throws(DecodingError) {
        self = try reader.readUInt32()
    }

    @inlinable package func write(to writer: inout Writer) {
        writer.write(self)
    }
}

extension UInt64: TLSCodable {
    @inlinable package init(from reader: inout Reader) throws(DecodingError) {
        self = try reader.readUInt64()
    }

    @inlinable package func write(to writer: inout Writer) {
        writer.write(self)
    }
}

/// `bool` of the MIMI drafts: one octet, 0 or 1 (H-15).
extension Bool: TLSCodable {
    @inlinable package init(from reader: inout Reader) throws(DecodingError) {
        let start = reader.offset
        switch try reader.readUInt8() {
        case 0: self = false
        case 1: self = true
        case let value:
            throw DecodingError(.invalidValue(field: "bool", value: UInt64(value)), at: start)
        }
    }

    @inlinable package func write(to writer: inout Writer) {
        writer.write(UInt8(self ? 1 : 0))
    }
}
