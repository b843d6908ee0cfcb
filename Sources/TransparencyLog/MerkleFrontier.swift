import MLSCrypto
import PresentationLanguage

/// The right edge of the Merkle tree of RFC 6962 §2.1 with SHA-256: enough to append leaves and to
/// tell the root, but not to prove anything about earlier leaves.
///
/// A tree of `size` leaves is a row of perfect subtrees, one for each bit set in `size`, the
/// largest leftmost. Only their roots (peaks) are kept. The encoding has one length for each size:
///
/// ```
/// struct {
///     uint64 size;
///     opaque peaks[32 * popcount(size)];    // largest subtree first
/// } MerkleFrontier;
/// ```
package struct MerkleFrontier: Hashable, Sendable {
    /// Leaves of the tree.
    package private(set) var size: UInt64 = 0
    /// Roots of the perfect subtrees, the largest first.
    package private(set) var peaks: [Digest32] = []

    /// The empty tree.
    package init() {}

    /// Adds a leaf with the given data at index `size`.
    package mutating func append(leafData: [UInt8]) {
        var node = Self.leafHash(leafData)
        // Each trailing one bit of the old size is a subtree as large as `node` now is.
        for _ in 0..<(~size).trailingZeroBitCount {
            node = Self.nodeHash(peaks.removeLast(), node)
        }
        peaks.append(node)
        size += 1
    }

    /// MTH of RFC 6962 §2.1; of the empty tree, the hash of the empty string.
    package var root: Digest32 {
        guard var node = peaks.last else { return SHA256.hash([]) }
        for peak in peaks.dropLast().reversed() {
            node = Self.nodeHash(peak, node)
        }
        return node
    }

    /// SHA-256(0x00 ‖ data)
    package static func leafHash(_ data: [UInt8]) -> Digest32 {
        SHA256.hash([0x00], data)
    }

    /// SHA-256(0x01 ‖ left ‖ right)
    package static func nodeHash(_ left: Digest32, _ right: Digest32) -> Digest32 {
        SHA256.hash([0x01], left.bytes, right.bytes)
    }
}

extension MerkleFrontier: TLSCodable {
    package init(from reader: inout Reader) throws(DecodingError) {
        size = try reader.readUInt64()
        for _ in 0..<size.nonzeroBitCount {
            peaks.append(try Digest32(from: &reader))
        }
    }

    package func write(to writer: inout Writer) {
        writer.write(size)
        for peak in peaks { peak.write(to: &writer) }
    }
}
