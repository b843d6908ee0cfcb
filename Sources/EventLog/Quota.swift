import LMDBStore

/// How large a store may get, in bytes of pages that are in use.
package struct Quota: Hashable, Sendable {
    package var size: UInt64
    /// What is left of it to writes that take someone out: in a store that is full of everything else,
    /// removals and bans are still possible.
    package var reserve: UInt64

    package init(size: UInt64, reserve: UInt64) {
        self.size = size
        self.reserve = min(reserve, size)
    }

    /// Throws `.quotaExceeded` where nothing more may be written. Writes that are on their way are not
    /// counted: the quota is not exact.
    func check(_ environment: Environment, isRelief: Bool) throws(StoreError) {
        let limit = isRelief ? size : size - reserve
        let used = try environment.read { (transaction) throws(StoreError) in
            // Free pages are counted only where it matters.
            let all = try transaction.byteCount(withFreePages: true)
            return all > limit ? try transaction.byteCount(withFreePages: false) : all
        }
        guard used > limit else { return }
        throw StoreError(.quotaExceeded(used: used, limit: limit))
    }
}
