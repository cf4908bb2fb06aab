/// Sets that are joined two by two (union by size, path halving).
struct DisjointSets {
  private var parent: [Int32]
  private var size: [Int32]

  init(count: Int) {
    parent = (0..<Int32(count)).map { $0 }
    size = Array(repeating: 1, count: count)
  }

  mutating func find(_ element: Int) -> Int {
    var i = Int32(element)
    while parent[Int(i)] != i {
      parent[Int(i)] = parent[Int(parent[Int(i)])]
      i = parent[Int(i)]
    }
    return Int(i)
  }

  /// Whether the two were apart.
  mutating func join(_ a: Int, _ b: Int) -> Bool {
    var (x, y) = (find(a), find(b))
    if x == y { return false }
    if size[x] < size[y] { swap(&x, &y) }
    parent[y] = Int32(x)
    size[x] += size[y]
    return true
  }

  /// The sets, numbered by first appearance.
  mutating func groups(count: Int) -> Partition {
    var number: [Int: Int] = [:]
    var representatives: [Int] = []
    var groupOf: [Int] = []
    for i in 0..<count {
      let root = find(i)
      if number[root] == nil {
        number[root] = representatives.count
        representatives.append(i)
      }
      groupOf.append(number[root] ?? 0)
    }
    return Partition(groupOf: groupOf, representatives: representatives)
  }
}
