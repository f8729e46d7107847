/** What we use of a package that tells no types. */
declare module "cluster-key-slot" {
  /** The slot, of a cluster's 16384, in which a key lies. */
  export default function slotOf(key: string): number;
}
