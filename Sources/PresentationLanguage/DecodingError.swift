/// Why bytes are not a value of the TLS presentation language, and where.
///
/// The offset counts bytes from the start of the input given to the outermost ``Reader``.
@usableFromInline package struct DecodingError: Error, Hashable, Sendable {
    @usableFromInline package enum Reason: Hashable, Sendable {
        /// A field needs more bytes than its vector, or the input, still holds.
        case truncated(needed: Int, available: Int)
        /// A variable-size vector length in more bytes than it needs (RFC 9420 §2.1.2).
        case nonMinimalLength
        /// A variable-size vector length with the prefix bits 11 (RFC 9420 §2.1.2).
        case reservedLengthPrefix
        /// The presence octet of an `optional<T>` is neither 0 nor 1 (RFC 9420 §2.1.1).
        case invalidPresence(UInt8)
        /// A value that a closed enumeration or a fixed rule of the struct does not allow.
        case invalidValue(field: StaticName, value: UInt64)
        /// Bytes left over after the value.
        case trailingBytes(Int)
        /// More nested vectors than ``DecodingLimits/depth``.
        case tooDeep
        /// An input longer than ``DecodingLimits/size``.
        case tooLarge(Int)
    }

    @usableFromInline package let reason: Reason
    @usableFromInline package let offset: Int

    @usableFromInline package init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

/// The name of a field as written in the source: a `StaticString` that can be compared.
@usableFromInline
package struct StaticName: Hashable, Sendable, ExpressibleByStringLiteral,
    CustomStringConvertible
{
    @usableFromInline package let description: String

    @usableFromInline package init(stringLiteral value: StaticString) {
        description = value.description
    }
}

extension DecodingError: CustomStringConvertible {
    @usableFromInline package var description: String {
        let text =
            switch reason {
            case .truncated(let needed, let available): "needs \(needed) bytes, \(available) left"
            case .nonMinimalLength: "vector length is not minimal"
            case .reservedLengthPrefix: "vector length has the reserved prefix 11"
            case .invalidPresence(let octet): "presence octet is \(octet)"
            case .invalidValue(let field, let value): "\(field) can't be \(value)"
            case .trailingBytes(let count): "\(count) bytes left over"
            case .tooDeep: "too many nested vectors"
            case .tooLarge(let size): "input of \(size) bytes is too large"
            }
        return "\(text) at byte \(offset)"
    }
}

/// Bounds that hold for every input, whatever it claims.
@usableFromInline package struct DecodingLimits: Sendable {
    /// Nested vectors; RFC 9420 and the MIMI drafts need fewer than ten.
    @usableFromInline package var depth: Int
    /// Bytes of the whole input.
    @usableFromInline package var size: Int

    @usableFromInline package init(depth: Int, size: Int) {
        self.depth = depth
        self.size = size
    }

    @usableFromInline package static let standard = DecodingLimits(depth: 16, size: 64 << 20)
    /// For what the store itself wrote, and no request bounds: a state may be of any size.
    @usableFromInline package static let unbounded = DecodingLimits(depth: 16, size: .max)
}
