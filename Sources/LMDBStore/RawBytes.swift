/// Bytes of a data file, in machine byte order. What lies outside them is nil, never a trap.
struct RawBytes {
    private let bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    var count: Int { bytes.count }

    func load<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T? {
        guard offset >= 0, offset <= count - MemoryLayout<T>.size else { return nil }
        return bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type)
    }

    func slice(_ range: Range<Int>) -> ArraySlice<UInt8>? {
        guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
        return bytes.dropFirst(range.lowerBound).prefix(range.count)
    }

    func part(_ range: Range<Int>) -> RawBytes? {
        slice(range).map { RawBytes($0) }
    }
}
