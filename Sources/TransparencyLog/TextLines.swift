import PresentationLanguage

/// A text that is not of its format: which line, counted from 1, and what should stand there.
package struct TextError: Error, Hashable, Sendable, CustomStringConvertible {
    package let line: Int
    package let expected: StaticName

    package var description: String { "line \(line): expected \(expected)" }
}

/// Reads the text formats of C2SP line by line: valid UTF-8 in which each line ends with a newline and
/// nothing else is a control character.
struct LineReader {
    /// Bytes of a text; a checkpoint with 100 signatures has less than 20 000.
    static let sizeLimit = 1 << 20

    private let bytes: [UInt8]
    private var offset = 0
    /// Number of the next line.
    private(set) var line: Int

    /// - Parameter firstLine: how the first line is counted, if the text is part of another.
    init(_ bytes: [UInt8], firstLine: Int = 1) throws(TextError) {
        line = firstLine
        self.bytes = bytes
        guard bytes.count <= Self.sizeLimit else { throw refusal("at most 1 MiB of text") }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw refusal("UTF-8") }
        guard bytes.allSatisfy({ $0 >= 0x20 || $0 == Self.newline }) else {
            throw refusal("no control characters")
        }
        guard bytes.last ?? Self.newline == Self.newline else {
            throw refusal("a newline at the end")
        }
    }

    private static let newline = UInt8(ascii: "\n")

    var isAtEnd: Bool { offset == bytes.count }

    private var nextIsEmpty: Bool { bytes[offset...].first == Self.newline }

    func refusal(_ expected: StaticName) -> TextError {
        TextError(line: line, expected: expected)
    }

    /// The next line without its newline, as what `parse` makes of it.
    mutating func read<T>(
        _ expected: StaticName, _ parse: (ArraySlice<UInt8>) -> T?
    ) throws(TextError) -> T {
        guard let end = bytes[offset...].firstIndex(of: Self.newline),
            let value = parse(bytes[offset..<end])
        else { throw refusal(expected) }
        offset = end + 1
        line += 1
        return value
    }

    /// The next line, if it begins so, as what `parse` makes of the rest.
    mutating func readOptional<T>(
        after prefix: String, _ expected: StaticName, _ parse: (ArraySlice<UInt8>) -> T?
    ) throws(TextError) -> T? {
        guard bytes[offset...].starts(with: prefix.utf8) else { return nil }
        return try read(after: prefix, expected, parse)
    }

    /// The next line, which begins so, as what `parse` makes of the rest.
    mutating func read<T>(
        after prefix: String, _ expected: StaticName, _ parse: (ArraySlice<UInt8>) -> T?
    ) throws(TextError) -> T {
        try read(expected) { line in
            line.starts(with: prefix.utf8) ? parse(line.dropFirst(prefix.utf8.count)) : nil
        }
    }

    /// Lines up to an empty one, which is passed over, as what `parse` makes of each.
    mutating func readBlock<T>(
        _ expected: StaticName, limit: Int, _ parse: (ArraySlice<UInt8>) -> T?
    ) throws(TextError) -> [T] {
        var values: [T] = []
        while !nextIsEmpty {
            guard values.count < limit else { throw refusal("an empty line") }
            values.append(try read(expected, parse))
        }
        try read("an empty line") { $0.isEmpty ? () : nil }
        return values
    }

    /// All lines before the last empty one, with their newlines; the empty one is passed over.
    mutating func readToLastEmptyLine(_ expected: StaticName) throws(TextError) -> [UInt8] {
        let rest = bytes[offset...]
        guard
            let end = rest.indices.dropLast().last(where: {
                rest[$0] == Self.newline && rest[$0 + 1] == Self.newline
            })
        else { throw refusal(expected) }
        let text = Array(rest[...end])
        offset = end + 2
        line += text.count { $0 == Self.newline } + 1
        return text
    }
}

/// A decimal number without leading zeros, as all these formats write it; nil for anything else and
/// beyond 64 bits.
func decimal(_ digits: some Collection<UInt8>) -> UInt64? {
    guard let first = digits.first else { return nil }
    guard first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = shifted.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
        guard !overflow, !carry else { return nil }
        value = sum
    }
    return value
}
