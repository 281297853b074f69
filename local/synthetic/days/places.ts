import type { Random } from '../random.ts'

/**
 * Networks that people, machines and intruders call from, as the first three numbers of their addresses. They are ranges of real providers, so
 * that look-ups of country and network find them; they stand for no actual user.
 */
const PLACES = {
  germanHome: ['79.200.14', '84.140.20', '95.90.14', '88.64.12', '212.117.80'],
  britishHome: ['86.128.40', '81.152.20'],
  frenchHome: ['90.30.40', '82.64.70'],
  dutchHome: ['77.160.20', '84.82.10'],
  americanHome: ['73.48.20', '98.204.30', '71.172.20', '108.26.40'],
  indianHome: ['49.36.80', '122.161.40'],
  swedishHome: ['81.226.40'],
  spanishHotel: ['83.36.20', '79.150.30'],
  italianHotel: ['93.40.20', '151.30.40'],
  brazilianHotel: ['177.60.20', '189.40.30'],
  germanMobile: ['80.187.80', '176.0.20'],
  americanMobile: ['172.58.20'],
  /** Machines of hosted CI providers. */
  hostedRunner: ['20.57.33', '13.86.112', '4.227.10', '20.161.40', '52.190.12'],
  otherRunner: ['35.185.44', '34.74.90', '34.148.20'],
  /** Machines in EC2, those of the account and those of vendors. */
  cloud: ['3.78.40', '18.153.12', '52.59.70', '34.240.80', '54.155.20'],
  vendorCloud: ['3.88.110', '52.21.70', '3.250.60'],
  /** Rented servers. */
  rented: [
    '138.68.70',
    '159.65.110',
    '167.99.40',
    '95.216.70',
    '65.108.40',
    '116.202.12',
    '51.75.60',
    '45.76.90',
    '172.104.140',
    '161.97.70',
  ],
  /** Exits of VPN products and of Tor. */
  exit: ['193.138.218', '185.220.101'],
  /** Access networks that no account of these days calls from otherwise. */
  farHome: ['5.188.10', '80.66.75', '194.50.12'],
} as const

export type Place = keyof typeof PLACES

const HOMES = ['germanHome', 'britishHome', 'frenchHome', 'dutchHome', 'americanHome', 'indianHome', 'swedishHome'] as const

/** The beginning of the addresses of one line or site at a place. */
export function drawSite(random: Random, place: Place): string {
  return random.pick<string>(PLACES[place])
}

/** Where a person lives. */
export function drawHome(random: Random): Place {
  return random.pick(HOMES)
}

/** An address of a site. */
export function addressAt(random: Random, site: string): string {
  return `${site}.${random.whole(2, 250)}`
}

/** Any address of a place, as machines have them that are rented for minutes. */
export function anyAddress(random: Random, place: Place): string {
  return addressAt(random, drawSite(random, place))
}
