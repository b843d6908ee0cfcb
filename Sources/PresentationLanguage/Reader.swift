/// Reads values of the TLS presentation language (RFC 8446 §3) with the variable-size vectors of
/// RFC 9420 §2.1.2 from a span it does not own.
///
/// Every claimed length is checked against the bytes that are left before anything is allocated,
/// and only the one canonical encoding of a value is accepted, so that writing what was read gives
/// the same bytes again.
@usableFromInline package struct Reader: ~Copyable, ~Escapable {
    @usableFromInline let bytes: RawSpan
    /// Offset of the next byte to read.
    @usableFromInline package internal(set) var offset = 0
    /// Offset one past the last byte of the innermost open vector.
    @usableFromInline var end: Int
    @usableFromInline var depthLeft: Int

    @_lifetime(copy bytes)
    @usableFromInline package init(
        _ bytes: RawSpan, limits: DecodingLimits = .standard
    ) throws(DecodingError) {
        guard bytes.byteCount <= limits.size else {
            throw DecodingError(.tooLarge(bytes.byteCount), at: 0)
        }
        self.bytes = bytes
        end = bytes.byteCount
        depthLeft = limits.depth
    }

    /// Bytes left in the innermost open vector.
    @inlinable package var remaining: Int { end - offset }

    /// Refuses bytes that are left over.
    @inlinable package func finish() throws(DecodingError) {
        guard remaining == 0 else { throw DecodingError(.trailingBytes(remaining), at: offset) }
    }

    // MARK: Integers, big-endian

    @inlinable package mutating func readUInt8() throws(DecodingError) -> UInt8 {
        try readInteger()
    }

    @inlinable package mutating func readUInt16() throws(DecodingError) -> UInt16 {
        try readInteger()
    }

    @inlinable package mutating func readUInt32() throws(DecodingError) -> UInt32 {
        try readInteger()
    }

    @inlinable package mutating func readUInt64() throws(DecodingError) -> UInt64 {
        try readInteger()
    }

    @inlinable mutating func readInteger<T: FixedWidthInteger & BitwiseCopyable>()
        throws(DecodingError) -> T
    {
        let size = MemoryLayout<T>.size
        try require(size)
        defer { offset += size }
        return T(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: T.self))
    }

    // MARK: Byte strings

    /// `opaque name[count]`
    @inlinable package mutating func readBytes(count: Int) throws(DecodingError) -> [UInt8] {
        try require(count)
        defer { offset += count }
        let part = bytes.extracting(offset..<offset + count)
        return part.withUnsafeBytes { Array($0) }
    }

    /// `opaque name<V>`
    @inlinable package mutating func readOpaque() throws(DecodingError) -> [UInt8] {
        try readBytes(count: readVectorLength())
    }

    /// All bytes left in the innermost open vector.
    @inlinable package mutating func readRest() throws(DecodingError) -> [UInt8] {
        try readBytes(count: remaining)
    }

    // MARK: Compound values

    /// A vector `<V>` whose content `body` reads to its end.
    @inlinable package mutating func readVector<T>(
        _ body: (inout Reader) throws(DecodingError) -> T
    ) throws(DecodingError) -> T {
        let length = try readVectorLength()
        try require(length)
        guard depthLeft > 0 else { throw DecodingError(.tooDeep, at: offset) }
        let outerEnd = end
        end = offset + length
        depthLeft -= 1
        let value = try body(&self)
        try finish()
        depthLeft += 1
        end = outerEnd
        return value
    }

    /// `T name<V>`
    @inlinable package mutating func readList<T: TLSDecodable>(
        of type: T.Type = T.self
    ) throws(DecodingError) -> [T] {
        try readVector { (reader) throws(DecodingError) in
            var list: [T] = []
            while reader.remaining > 0 {
                list.append(try T(from: &reader))
            }
            return list
        }
    }

    /// `optional<T> name` (RFC 9420 §2.1.1)
    @inlinable package mutating func readOptional<T: TLSDecodable>(
        _ type: T.Type = T.self
    ) throws(DecodingError) -> T? {
        try readOptional { (reader) throws(DecodingError) in try T(from: &reader) }
    }

    /// `optional<…> name` (RFC 9420 §2.1.1) whose value `body` reads
    @inlinable package mutating func readOptional<T>(
        _ body: (inout Reader) throws(DecodingError) -> T
    ) throws(DecodingError) -> T? {
        let start = offset
        switch try readUInt8() {
        case 0: return nil
        case 1: return try body(&self)
        case let octet: throw DecodingError(.invalidPresence(octet), at: start)
        }
    }

    /// `optional<opaque<V>> name`
    @inlinable package mutating func readOptionalOpaque() throws(DecodingError) -> [UInt8]? {
        try readOptional { (reader) throws(DecodingError) in try reader.readOpaque() }
    }

    /// `opaque name<V><V>`
    @inlinable package mutating func readOpaqueList() throws(DecodingError) -> [[UInt8]] {
        try readVector { (reader) throws(DecodingError) in
            var list: [[UInt8]] = []
            while reader.remaining > 0 { list.append(try reader.readOpaque()) }
            return list
        }
    }

    /// A value of a closed enumeration of one octet.
    @inlinable package mutating func readEnum<T: RawRepresentable<UInt8>>(
        _ field: StaticName
    ) throws(DecodingError) -> T {
        let start = offset
        let raw = try readUInt8()
        guard let value = T(rawValue: raw) else {
            throw DecodingError(.invalidValue(field: field, value: UInt64(raw)), at: start)
        }
        return value
    }

    // MARK: Lengths

    /// The byte length before a variable-size vector, which may be more than what is left.
    @inlinable package mutating func readVectorLength() throws(DecodingError) -> Int {
        let start = offset
        let first = try readUInt8()
        let size = 1 << (first >> 6)
        guard size <= 4 else { throw DecodingError(.reservedLengthPrefix, at: start) }
        var length = Int(first & 0x3f)
        for _ in 1..<size {
            length = length << 8 | Int(try readUInt8())
        }
        guard size == VectorLength.size(of: length) else {
            throw DecodingError(.nonMinimalLength, at: start)
        }
        return length
    }

    @inlinable func require(_ count: Int) throws(DecodingError) {
        guard count <= remaining else {
            throw DecodingError(.truncated(needed: count, available: remaining), at: offset)
        }
    }
}

/// The variable-size vector length of RFC 9420 §2.1.2.
@usableFromInline package enum VectorLength {
    /// The largest length that can be written.
    @inlinable package static var maximum: Int { 1 << 30 - 1 }

    /// Bytes of the shortest encoding: 1, 2 or 4.
    @inlinable package static func size(of length: Int) -> Int {
        length < 1 << 6 ? 1 : length < 1 << 14 ? 2 : 4
    }
}
