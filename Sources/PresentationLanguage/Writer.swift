/// Writes values of the TLS presentation language (RFC 8446 §3) with the variable-size vectors of
/// RFC 9420 §2.1.2.
@usableFromInline package struct Writer: Sendable {
    @usableFromInline package internal(set) var bytes: [UInt8] = []

    @inlinable package init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    // MARK: Integers, big-endian

    @inlinable package mutating func write(_ value: UInt8) {
        bytes.append(value)
    }

    @inlinable package mutating func write(_ value: UInt16) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    @inlinable package mutating func write(_ value: UInt32) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    @inlinable package mutating func write(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    // MARK: Byte strings

    /// `opaque name[n]`
    @inlinable package mutating func write(bytes more: some Collection<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// `opaque name<V>`
    @inlinable package mutating func write(opaque content: some Collection<UInt8>) {
        writeLength(content.count)
        bytes.append(contentsOf: content)
    }

    // MARK: Compound values

    /// A vector `<V>` with what `body` writes as its content.
    @inlinable package mutating func writeVector<E: Error>(
        _ body: (inout Writer) throws(E) -> Void
    ) throws(E) {
        let start = bytes.count
        try body(&self)
        var prefix = Writer()
        prefix.writeLength(bytes.count - start)
        bytes.insert(contentsOf: prefix.bytes, at: start)
    }

    /// `T name<V>`
    @inlinable package mutating func write(list: some Sequence<some TLSEncodable>) {
        writeVector { writer in
            for element in list { element.write(to: &writer) }
        }
    }

    /// `optional<T> name`
    @inlinable package mutating func write(optional value: (some TLSEncodable)?) {
        guard let value else { return write(UInt8(0)) }
        write(UInt8(1))
        value.write(to: &self)
    }

    /// `optional<opaque<V>> name`
    @inlinable package mutating func write(optionalOpaque value: [UInt8]?) {
        write(UInt8(value == nil ? 0 : 1))
        if let value { write(opaque: value) }
    }

    /// `opaque name<V><V>`
    @inlinable package mutating func write(opaqueList list: [[UInt8]]) {
        writeVector { writer in
            for element in list { writer.write(opaque: element) }
        }
    }

    @inlinable mutating func writeLength(_ length: Int) {
        precondition(length <= VectorLength.maximum, "vector of \(length) bytes can't be encoded")
        switch VectorLength.size(of: length) {
        case 1: write(UInt8(length))
        case 2: write(UInt16(length | 0x4000))
        default: write(UInt32(length | 0x8000_0000))
        }
    }
}
